"""Lesson 12: load and cost."""

from __future__ import annotations

from tests.notebooks.answers.table import Answers, Table, Wrong

EXPRESS = "next(v for v in variants if 'Express' in v.instead)"

TABLE: Table = {
    "12.1": Answers(
        wrong=(
            Wrong("concurrency = 200 * sum(f.aws_ms for f in functions)", "Milliseconds, or"),
            Wrong("concurrency = 200 * sum(f.here_ms for f in functions) / 1000", "the laptop's"),
            Wrong("concurrency = sum(f.aws_ms for f in functions) / 1000", "more than that"),
            Wrong(
                "concurrency = 200 * sum(f.invocations * f.aws_ms for f in functions) / 1000",
                "and not",
            ),
            Wrong("concurrency = 0", "more than that"),
            Wrong("concurrency = 'tens'", "TypeError: unsupported operand"),
        ),
        right=(
            "concurrency = sum(f.aws_ms * 0.2 for f in functions)",
            "concurrency = round(200 * sum(f.aws_ms for f in functions) / 1000, 1)",
        ),
    ),
    "12.2": Answers(
        wrong=(
            Wrong("crossing = 10_000", "They should be the same"),
            Wrong(
                "crossing = bill.per_order / bill.total('fixed')",
                "0 orders a month cannot be billed",
            ),
            Wrong("crossing = bill.total() / bill.per_order", "They should be the same"),
            Wrong("crossing = -5", "-5 orders a month cannot be billed"),
            Wrong("crossing = 'many'", "TypeError: type str"),
        ),
        right=("crossing = round(bill.total('fixed') / bill.per_order)",),
    ),
    "12.3": Answers(
        wrong=(
            Wrong(f"saving = {EXPRESS}.saves_usd", "is the saving of a month"),
            Wrong(f"saving = 12 * {EXPRESS}.now_usd", "and not"),
            Wrong(f"saving = -12 * {EXPRESS}.saves_usd", "and not"),
            Wrong(f"saving = {EXPRESS}", "TypeError: unsupported operand"),
        ),
        right=(f"saving = round(12 * {EXPRESS}.saves_usd, 2)",),
    ),
}
