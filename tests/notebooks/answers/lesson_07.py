"""Lesson 07: failures."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong


def held(body: str) -> str:
    """An exercise cell with this function."""
    return f"def held(entries):\n    return {body}"


MOVED = "sum(e['amount'] for e in entries if e['entry'] == '{}')"
TABLE: Table = {
    "07.1": Answers(
        wrong=(
            Wrong('switch = {"fail": "GenerateOrder", "times": 99}', "Money was taken"),
            Wrong('switch = {"fail": "ReserveStock", "times": 99}', "No refund was tried"),
            Wrong('switch = {"fail": "ProcessPayment"}', "It ended CONFIRMED"),
            Wrong('switch = {"fail": "ChargeCard", "times": 99}', "/simulate/fail"),
            Wrong('switch = "ProcessPayment"', "/simulate"),
            Wrong('switch = {"fail": "ProcessPayment", "times": 999}', "/simulate/times"),
        ),
        right=('switch = {"fail": "PublishOrderFailed", "after": "ProcessPayment", "times": 99}',),
    ),
    "07.2": Answers(
        wrong=(
            Wrong(held("sum(e['amount'] for e in entries)"), "The failed order was refunded"),
            Wrong(held(MOVED.format("CAPTURED")), "The failed order was refunded"),
            Wrong(held("0"), "The confirmed order is worth"),
            Wrong(held("None"), "The failed order was refunded, and not None"),
            Wrong(
                held("4900 if entries and entries[-1]['entry'] == 'CAPTURED' else 0"),
                "The confirmed order is worth",
            ),
            Wrong(held("sum(e.amount for e in entries)"), "AttributeError"),
            Wrong(held("sum(e['cents'] for e in entries)"), "KeyError: 'cents'"),
            Wrong("held = 5499", "Your answer is not of the kind"),
        ),
        right=(held(MOVED.format("CAPTURED") + " - " + MOVED.format("REFUNDED")),),
    ),
    "07.3": Answers(
        wrong=(
            Wrong('harmless = "GenerateOrder"', "the order ended FAILED"),
            Wrong('harmless = "PublishOrderFailed"', "did not fail. A typo?"),
            Wrong('harmless = "PublishOrder"', "/simulate/fail"),
            Wrong('harmless = ["PublishOrderConfirmed"]', "/simulate/fail"),
        ),
        right=('harmless = "Publish" + "OrderConfirmed"',),
    ),
}
