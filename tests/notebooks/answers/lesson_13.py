"""Lesson 13: to the real account."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

TABLE: Table = {
    "13.1": Answers(
        wrong=(
            Wrong("quota = sum(reserved.values())", "leaves nothing for the functions without"),
            Wrong("quota = 100", "is not"),
            Wrong("quota = max(reserved.values()) + 100", "is not"),
            Wrong("quota = 1000", "is not"),
            Wrong("quota = reserved", "is not"),
        ),
        right=("quota = 100.0 + sum(reserved.values())",),
    ),
    "13.2": Answers(
        wrong=(
            Wrong("most = int(25 / bill.per_order)", "orders would cost"),
            Wrong("most = 1_000", "you can afford more"),
            Wrong("most = (25 - bill.total('fixed')) / bill.per_order", "round down"),
            Wrong("most = int((25 - bill.total()) / bill.per_order)", "you can afford more"),
            Wrong("most = 'a few'", "ValueError: invalid literal"),
        ),
        right=("import math\n\nmost = math.floor((25 - bill.total('fixed')) / bill.per_order)",),
    ),
}
