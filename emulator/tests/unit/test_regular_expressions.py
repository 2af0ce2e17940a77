"""Regular expressions that users write: as Python's own, and none that never ends."""

from __future__ import annotations

import threading
import time

import pytest

from localstack_host.services import regular_expressions
from localstack_host.services.apigateway.authorizers import identity
from localstack_host.services.logs.insights import commands, expressions
from localstack_host.services.logs.patterns import pattern
from localstack_host.services.regular_expressions import InvalidExpression, RegularExpression
from localstack_host.services.ssm import parameters

ENDLESS = "(a|aa)+$"
TEXT = "a" * 80 + "!"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_expressions, "LONGEST_S", 0.1)


def test_one_that_never_ends_does_not_match_and_is_given_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    expression = RegularExpression(ENDLESS)
    for _ in range(100):
        assert expression.search(TEXT) is None
        assert expression.fullmatch(TEXT) is None
    assert len(caplog.records) == regular_expressions.MOST_FAILURES


def test_others_go_on_while_one_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_expressions, "LONGEST_S", 1.0)
    matching = threading.Thread(target=RegularExpression(ENDLESS).search, args=(TEXT,))
    matching.start()
    turns = 0
    while matching.is_alive():
        time.sleep(0.01)
        turns += 1
    assert turns > 3  # none, while Python's own matches


@pytest.mark.parametrize("text", ["(", "[", "*a", "a{99999999999}", "(" * 5000, "(?P<1>a)"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidExpression):
        RegularExpression(text)
    assert not identity.matches(text, text)


def test_wherever_users_write_them_they_end() -> None:
    assert not identity.matches(ENDLESS, TEXT)
    assert not pattern(f"%{'a*' * 30}b%")(TEXT)
    assert expressions.pattern(f"/{ENDLESS}/").search(TEXT) is None
    assert commands.glob("*".join("a" * 30) + "b").search("a" * 500) is None
    with pytest.raises(Exception, match="allowedPattern"):
        parameters.check_pattern(ENDLESS, TEXT)
