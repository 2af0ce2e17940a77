"""The rules of composite alarms."""

from __future__ import annotations

import pytest

from localstack_host.services.cloudwatch.alarm_rules import InvalidRule, parse

ARN = "arn:aws:cloudwatch:us-east-2:000000000000:alarm:with space"
STATES = {"rings": "ALARM", "calm": "OK", "new": "INSUFFICIENT_DATA", ARN: "ALARM"}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("ALARM(rings)", True),
        ('ALARM("calm")', False),
        (f'ALARM("{ARN}")', True),
        ("OK(calm) AND INSUFFICIENT_DATA(new)", True),
        ("ALARM(calm) OR ALARM(rings)", True),
        ("NOT ALARM(calm)", True),
        ("NOT NOT ALARM(calm)", False),
        ("NOT (ALARM(calm) OR ALARM(rings))", False),
        # AND binds stronger than OR, and NOT than AND.
        ("ALARM(rings) OR ALARM(calm) AND FALSE", True),
        ("(ALARM(rings) OR ALARM(calm)) AND FALSE", False),
        ("NOT ALARM(calm) AND ALARM(rings)", True),
        ("TRUE", True),
        ("FALSE", False),
        ("ALARM( rings )AND(OK(calm))", True),
        ("ALARM(deleted)", False),
        ("AT_LEAST(2, ALARM, (rings, calm, new))", False),
        ("AT_LEAST(1, ALARM, (rings, calm))", True),
        ("AT_LEAST(2, NOT ALARM, (rings, calm, new))", True),
        ("AT_LEAST(50%, OK, (rings, calm))", True),
        ("AT_LEAST(51%, OK, (rings, calm))", False),
    ],
)
def test_a_rule_is_evaluated_on_the_states_of_its_children(rule: str, holds: bool) -> None:
    assert parse(rule).holds(STATES.get) is holds


def test_its_children_are_known_once_and_in_their_order() -> None:
    rule = f'ALARM("{ARN}") AND NOT (OK(calm) OR ALARM("calm")) AND AT_LEAST(1, OK, (new))'
    assert parse(rule).children == (ARN, "calm", "new")


@pytest.mark.parametrize(
    "rule",
    [
        *(
            "",
            "ALARM",
            "ALARM(",
            "ALARM()",
            "ALARM(a",
            "ALARM(a))",
            "RINGS(a)",
            "ALARM(a) ALARM(b)",
        ),
        *("ALARM(a) OR", "OR ALARM(a)", "NOT", "AT_LEAST(x, OK, (a))", "AT_LEAST(1, SAD, (a))"),
        *('ALARM("a)', "AT_LEAST(1, OK, a)", "and"),
    ],
)
def test_other_text_is_refused(rule: str) -> None:
    with pytest.raises(InvalidRule):
        parse(rule)
