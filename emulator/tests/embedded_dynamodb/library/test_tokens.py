"""Tokens of transactions are forgotten after ten minutes, and not looked through too often."""

from typing import Any

from embedded_dynamodb.transactions.tokens import LIFETIME, Tokens, Used

NUMBER = 5_000


def key(number: int) -> tuple[str, str, str]:
    return "000000000000", "us-east-1", str(number)


def used(tokens: Tokens, number: int, now: float) -> None:
    tokens.note(key(number), Used("request", now, ()))


def test_those_that_are_over_are_dropped_though_nobody_asks_for_them() -> None:
    tokens, most = Tokens(), 0
    for number in range(NUMBER):
        used(tokens, number, number * LIFETIME / 1_000)
        most = max(most, len(tokens.used))
    assert 1_000 <= most <= 1_000 * 1.25 + 256
    assert tokens.find(key(NUMBER - 1), "request", NUMBER * LIFETIME / 1_000) is not None
    assert key(0) not in tokens.used


def test_each_one_is_looked_at_a_few_times() -> None:
    class Counted(dict[Any, Any]):
        looked_at = 0

        def items(self) -> Any:
            Counted.looked_at += len(self)
            return super().items()

    tokens = Tokens()
    for number in range(NUMBER):
        tokens.used = Counted(tokens.used) if type(tokens.used) is dict else tokens.used
        used(tokens, number, number / NUMBER)
    assert Counted.looked_at <= 6 * NUMBER
