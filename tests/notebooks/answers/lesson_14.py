"""Lesson 14: the capstone. Answers are changes of files; each begins with a new copy."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

DOMAIN = 'mine.patch("gift_wrapping", "checkout/domain/*")'
ALL = 'mine.patch("gift_wrapping")'


def solved(patch: str, name: str, *changes: tuple[str, str], file: str = "") -> str:
    """An exercise cell with the solution, but for these changes in one of its files."""
    lines = ["mine.start_over()", patch, f'{name} = "done"']
    if file:
        lines += [f'changed = mine.folder / "{file}"', "text = changed.read_text()"]
        lines += [f"text = text.replace({old!r}, {new!r})" for old, new in changes]
        lines += ["changed.write_text(text)"]
    return "\n".join(lines)


def rule(*changes: tuple[str, str], file: str = "pricing.py") -> str:
    """The first exercise with another rule."""
    return solved(DOMAIN, "domain", *changes, file=f"checkout/domain/{file}")


def layers(file: str, *changes: tuple[str, str]) -> str:
    """The second exercise with another layer."""
    return solved(ALL, "layers", *changes, file=file)


def seen(**other: str) -> str:
    """The third exercise with the right answers, but for these; each is code."""
    right = {
        "old order": "old.order['total']",
        "money taken": "gift.order['total']",
        "nonsense": "422",
        "wrong total": "409",
    }
    items = {**right, **{name.replace("_", " "): code for name, code in other.items()}}
    return f"seen = {{{', '.join(f'{name!r}: {code}' for name, code in items.items() if code)}}}"


TABLE: Table = {
    "14.1": Answers(
        wrong=(
            Wrong('mine.start_over()\ndomain = "done"', "is as it was: saved?"),
            Wrong(
                'changed = mine.folder / "checkout/domain/pricing.py"\n'
                'changed.write_text(changed.read_text() + "\\n# mine\\n")\ndomain = "done"',
                "unexpected keyword argument 'gift_wrap'",
            ),
            Wrong(rule(("wrapping: int = 395", "wrapping: int = 495")), "Wrapping costs 395"),
            Wrong(rule((", total=priced.total + fee", "")), "costs more by {}"),
            Wrong(
                rule(("total=priced.total + fee", "total=priced.total + fee, tax=fee")),
                "costs more by",
            ),
            Wrong(
                rule(("Money(rules.wrapping, rules.currency)", 'Money(395, "USD")')),
                "PriceRules.wrapping",
            ),
            Wrong(rule(("wrapping=fee", "wrapping=fee.amount")), "is to be Money"),
            Wrong(rule(("if gift_wrap else priced", "")), "wrapping has to be None"),
            Wrong(rule(("gift_wrap: bool = False", ""), file="order.py"), "has no `gift_wrap`"),
            Wrong(rule(("def quote(", "def quote((")), "SyntaxError"),
        ),
    ),
    "14.2": Answers(
        wrong=(
            Wrong(solved(DOMAIN, "layers"), "POST /quotes says"),
            Wrong(
                layers(
                    "checkout_api/views.py",
                    ('**({"wrapping": money(value.wrapping)} if value.wrapping else {}),', ""),
                ),
                "The quote has no wrapping",
            ),
            Wrong(
                layers(
                    "checkout/adapters/item_mapping.py",
                    ('**({"giftWrap": True} if request.gift_wrap else {}),', ""),
                ),
                "The order forgot its wrapping",
            ),
        ),
    ),
    "14.3": Answers(
        wrong=(
            Wrong(seen(nonsense="400"), "the shop says 422, and you saw 400"),
            Wrong(seen(wrong_total="202"), "the shop says 409, and you saw 202"),
            Wrong(seen(money_taken="old.order['total']"), "money taken: the shop says"),
            Wrong(seen(old_order="None"), "old order: the shop says"),
            Wrong(seen(old_order=""), "Not tried: old order"),
            Wrong(seen(nonsense="..."), "`...`"),
        ),
        right=(seen(),),
    ),
}
