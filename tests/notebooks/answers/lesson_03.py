"""Lesson 03: prices."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

SPLIT = """def split(cents, weights):
    whole = sum(weights)
    parts = [cents * weight // whole for weight in weights]
{}
    return parts"""
KITCHEN = {
    "code": "KITCHEN20",
    "scope": "PROMOTION",
    "description": "20 % off for the kitchen.",
    "kind": "PERCENTAGE",
    "basisPoints": 2000,
    "categories": ["kitchen"],
    "minimumSubtotal": 3000,
    "stackable": False,
}


def kitchen(**other: object) -> str:
    """An exercise cell with the right item, but for these fields; None leaves a field out."""
    item = {name: value for name, value in (KITCHEN | other).items() if value is not None}
    return f"kitchen20 = {item!r}"


def order(body: str) -> str:
    """An exercise cell with this function."""
    return f"def order_as_seen(cart, seen):\n{body}"


TABLE: Table = {
    "03.1": Answers(
        wrong=(
            Wrong(
                "def split(cents, weights):\n"
                "    return [round(cents * weight / sum(weights)) for weight in weights]",
                "hand out what is left",
            ),
            Wrong(
                "def split(cents, weights):\n"
                "    return [cents * weight / sum(weights) for weight in weights]",
                "a list of whole numbers is wanted",
            ),
            Wrong(SPLIT.format("    parts[0] += cents - sum(parts)"), "went to the wrong lines"),
            Wrong(SPLIT.format("    parts[-1] += cents - sum(parts)"), "went to the wrong lines"),
            Wrong(
                "def split(cents, weights):\n    weights.sort()\n    return weights",
                "hand out what is left",
            ),
            Wrong(SPLIT.format("    cents / (whole - whole)"), "ZeroDivisionError"),
            Wrong(
                SPLIT.format("").replace("return parts", "pass"),
                "a list of whole numbers is wanted",
            ),
        ),
        right=(
            SPLIT.format(
                "    lost = {n: cents * w % whole for n, w in enumerate(weights)}\n"
                "    while sum(parts) < cents:\n"
                "        n = max(lost, key=lost.get)\n"
                "        parts[n] += 1\n"
                "        del lost[n]"
            ),
        ),
    ),
    "03.2": Answers(
        wrong=(
            Wrong(kitchen(stackable=True), "Nothing may count beside it"),
            Wrong(kitchen(stackable=None), "The field `stackable` is missing"),
            Wrong(kitchen(description=None), "The field `description` is missing"),
            Wrong(kitchen(kind=None), "The field `kind` is missing"),
            Wrong(kitchen(scope=None), "The field `scope` is missing"),
            Wrong(kitchen(code=None), "The field `code` is missing"),
            Wrong(kitchen(code="KITCHEN2O"), "`code` is 'KITCHEN2O'"),
            Wrong(kitchen(kind="PERCENT"), "`kind` is 'PERCENT'"),
            Wrong(kitchen(basisPoints=20), "20 % of the board are 1120"),
            Wrong(kitchen(basisPoints=0.2), "`basisPoints` is 0.2, and should be a whole number"),
            Wrong(kitchen(categories="kitchen"), "`categories` is 'kitchen'"),
            Wrong(kitchen(categories=["kitchen", "gifts"]), "20 % of the board are 1120"),
            Wrong(kitchen(categories=[]), "20 % of the board are 1120"),
            Wrong(kitchen(minimumSubtotal=30), "A cart of 29.99 gets 600 cents off"),
            Wrong(kitchen(minimumSubtotal=3001), "one of 30.00 0"),
            Wrong(kitchen(redemptionLimit=0), "no field `redemptionLimit`"),
            Wrong(
                kitchen(minimumSubtotal={"amount": 3000, "currency": "USD"}),
                "should be a whole number",
            ),
            Wrong(kitchen() + "\nkitchen20 = [kitchen20]", "An item is a dict"),
        ),
        right=(
            "kitchen20 = {**promotions.get_item(Key={'code': 'TEATIME15', 'scope': 'PROMOTION'})"
            "['Item'],\n    'code': 'KITCHEN20', 'basisPoints': 2000, 'categories': ['kitchen'],\n"
            "    'minimumSubtotal': 3000, 'stackable': False}",
        ),
    ),
    "03.3": Answers(
        wrong=(
            Wrong(order('    return "ask again"'), "At today's price it should order"),
            Wrong(
                order(
                    "    if lesson.api.quote({'items': cart['items']})['total'] != seen:\n"
                    "        return 'ask again'\n"
                    "    return lesson.place(cart)"
                ),
                "The order named [None] as its condition",
            ),
            Wrong(
                order(
                    "    try:\n"
                    "        return lesson.place({**cart, 'expectedTotal': seen})\n"
                    "    except Exception:\n"
                    "        return 'ask again'"
                ),
                "An order without items was refused",
            ),
            Wrong(
                order("    return lesson.place({**cart, 'expectedTotal': seen})"),
                "409 PRICE_CHANGED",
            ),
            Wrong(
                order("    return lesson.place({**cart, 'expectedTotal': seen['amount']})"),
                "/expectedTotal",
            ),
            Wrong(
                order(
                    "    now = lesson.api.quote({'items': cart['items']})['total']\n"
                    "    return lesson.place({**cart, 'expectedTotal': now})"
                ),
                "and yet you ordered",
            ),
        ),
        right=(
            order(
                "    cart = cart | {'expectedTotal': seen}\n"
                "    try:\n"
                "        return lesson.place(cart)\n"
                "    except ApiError as error:\n"
                "        if error.problem_code == 'PRICE_CHANGED':\n"
                "            return 'ask again'\n"
                "        raise"
            ),
        ),
    ),
}
