"""Lesson 05: payment."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong


def pay(key: str, before: str = "", then: str = '"not paid"', tries: int = 5) -> str:
    """An exercise cell that asks several times, under a key that is made so."""
    return (
        "from uuid import uuid4\n\n"
        f"def pay(line, order_id, amount):\n    {before or 'pass'}\n    for _ in range({tries}):\n"
        f"        try:\n            line.charge({key}, amount)\n"
        "        except GatewayTimeout:\n            continue\n"
        f"        return 'paid'\n    return {then}"
    )


def kept(body: str) -> str:
    """An exercise cell with this function."""
    return f"def kept(entries):\n    return {body}"


def press(body: str) -> str:
    """An exercise cell with this function."""
    return f"from uuid import uuid4\n\ndef press(cart, visit):\n    {body}"


TABLE: Table = {
    "05.1": Answers(
        wrong=(
            Wrong(pay("order_id", tries=1), "let it ask again"),
            Wrong(pay("order_id", then="'paid'"), "All requests got lost, and `pay` gave 'paid'"),
            Wrong(pay("uuid4().hex"), "Two answers got lost: the bank has 3 charges"),
            Wrong(pay("key", "key = uuid4().hex"), "The step ran again, an hour later: 2 charges"),
            Wrong(pay("str(amount)"), "Two orders of one amount are two wishes"),
            Wrong(pay("order_id").replace("'paid'", "True"), "`pay` gave True"),
            Wrong(pay("order_id").replace("line.charge", "line.pay"), "AttributeError"),
            Wrong(
                "def pay(line, order_id, amount):\n"
                "    while True:\n"
                "        try:\n"
                "            line.charge(order_id, amount)\n"
                "            return 'paid'\n"
                "        except GatewayTimeout:\n"
                "            pass",
                "All requests got lost",
            ),
        ),
        right=(pay("payment.charge_key(order_id)", "from checkout.domain import payment"),),
    ),
    "05.2": Answers(
        wrong=(
            Wrong(
                kept("sum(e.amount.amount for e in entries if e.kind == 'CAPTURED')"),
                "you say 4800, but the shop has 0 cents",
            ),
            Wrong(
                kept("sum(e.amount.amount * (-1 if e.kind == 'REFUNDED' else 1) for e in entries)"),
                "the card was declined",
            ),
            Wrong(
                kept(
                    "sum(-e.amount.amount if e.kind in ('REFUNDED', 'VOIDED') else"
                    " e.amount.amount for e in entries if e.kind != 'DECLINED')"
                ),
                "the money is only set aside",
            ),
            Wrong(kept("0"), "you say 0, but the shop has 4800 cents"),
            Wrong(kept("None"), "you say None"),
            Wrong(kept("sum(e.amount for e in entries)"), "TypeError"),
            Wrong(kept("sum(e['amount'] for e in entries)"), "TypeError"),
            Wrong("kept = []", "Your answer is not of the kind"),
        ),
        right=(
            "def kept(entries):\n"
            "    cents = 0\n"
            "    while entries:\n"
            "        entry = entries.pop()\n"
            "        cents += entry.amount.amount * (entry.kind == 'CAPTURED')\n"
            "        cents -= entry.amount.amount * (entry.kind == 'REFUNDED')\n"
            "    return cents",
        ),
    ),
    "05.3": Answers(
        wrong=(
            Wrong(press("return lesson.place(cart, key=uuid4().hex)"), "name the visit"),
            Wrong(press("return lesson.place(cart, key='the-only-key')"), "Another visit"),
            Wrong(press("return lesson.place(cart, key=visit[:10])"), "Another visit"),
            Wrong(press("return lesson.place(cart, key='buy')"), "Idempotency-Key"),
            Wrong(press("return lesson.place(cart, key=visit * 9)"), "Idempotency-Key"),
            Wrong(press("lesson.place(cart, key=visit)"), "and gave None"),
            Wrong(press("return visit"), "It should give the order's id"),
        ),
        right=(press("return lesson.place(cart, key=visit)"),),
    ),
}
