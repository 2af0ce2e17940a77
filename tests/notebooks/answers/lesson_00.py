"""Lesson 00: an order from outside."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

TABLE: Table = {
    "00.1": Answers(
        wrong=(
            Wrong('declined = lesson.buy({"TEA-SENCHA-100": 1})', "CONFIRMED: which card paid?"),
            Wrong(
                'declined = lesson.buy({"NO-SUCH-TEA": 1}, pay="tok_declined")',
                "only the card should be wrong",
            ),
            Wrong(
                'declined = lesson.buy({"TEA-SENCHA-100": 2}, pay="tok_declined")',
                "One packet of TEA-SENCHA-100 was asked for",
            ),
            Wrong(
                'declined = lesson.place(lesson.cart({"TEA-SENCHA-100": 1}, pay="tok_declined"))',
                "Your answer is not of the kind that is asked for",
            ),
            Wrong('declined = "tok_declined"', "Your answer is not of the kind"),
            Wrong("declined = None", "Your answer is not of the kind"),
        ),
        right=('declined = lesson.buy(items={"TEA-SENCHA-100": 1}, pay="tok_declined")',),
    ),
    "00.2": Answers(
        wrong=(
            Wrong(
                "first_answer = lesson.api.checkout(cart, key=key)\nsecond_answer = first_answer",
                "one answer with two names",
            ),
            Wrong(
                'first_answer = lesson.api.checkout(cart, key=key + "-1")\n'
                'second_answer = lesson.api.checkout(cart, key=key + "-2")',
                "did both calls have the same key?",
            ),
            Wrong(
                'key = "my-first-order-" + lesson.customer\n'
                "first_answer = lesson.api.checkout(cart, key=key)\n"
                "second_answer = lesson.api.checkout(cart, key=key)",
                "use another key than then",
            ),
            Wrong(
                'key = "tunnel-" + lesson.customer\n'
                'first_answer = lesson.api.checkout(cart, key=key)["orderId"]\n'
                'second_answer = lesson.api.checkout(cart, key=key)["status"]',
                "Your answer is not of the kind",
            ),
        ),
        right=("first_answer, second_answer = (lesson.api.checkout(cart, key=key) for _ in '12')",),
    ),
}
