"""Which decisions are the same for all condition keys, and are made once."""

from __future__ import annotations

from typing import Any

import pytest

from localstack_host.services.iam.evaluation import (
    Decision,
    Policies,
    Source,
    decide_unconditionally,
)
from localstack_host.services.iam.required_permissions import Place, dynamodb, generic
from tests.unit.iam.asked import TABLE, WORKER, policy, statement

ACTION = "dynamodb:PutItem"
HERE = {"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-2"}}}
OWN = {"Resource": "arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team}"}
CONDITIONAL: dict[str, dict[str, Any]] = {"a condition": HERE, "a variable": OWN}


def decided(policies: Policies, action: str = ACTION) -> Decision | None:
    return decide_unconditionally(WORKER, action, TABLE, policies)


def test_a_decision_without_conditions_is_made_once() -> None:
    policies = Policies(identity=(policy(statement()),))
    first = decided(policies)
    assert first is not None
    assert first.allowed
    assert decided(Policies(identity=(policy(statement()),))) is first


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("depends", CONDITIONAL.values(), ids=CONDITIONAL)
@pytest.mark.parametrize("place", ["identity", "resource", "boundary", "session"])
def test_a_statement_that_depends_on_keys_is_evaluated_for_each_request(
    place: str, depends: dict[str, Any], effect: str
) -> None:
    plain, other = policy(statement()), policy(statement(), statement(effect, **depends))
    limits = ((Source.BOUNDARY if place == "boundary" else Source.SESSION, (other,)),)
    policies = {
        "identity": Policies(identity=(plain, other)),
        "resource": Policies(identity=(plain,), resource=other),
    }.get(place, Policies(identity=(plain,), boundaries=limits))
    assert decided(policies) is None


def test_a_variable_in_what_a_statement_does_not_cover_counts_too() -> None:
    covered = policy({"Effect": "Allow", "Action": "*", "NotResource": OWN["Resource"]})
    assert decided(Policies(identity=(covered,))) is None


def test_statements_about_other_actions_do_not_matter() -> None:
    other = statement(Action="sqs:*", **HERE)
    assert decided(Policies(identity=(policy(statement(), other),))) is not None


def test_a_policy_that_changes_is_another_one() -> None:
    before = Policies(identity=(policy(statement()),))
    after = Policies(identity=(policy(statement(), statement("Deny", Action=ACTION)),))
    results = [decided(before), decided(after), decided(before)]
    assert [result and result.allowed for result in results] == [True, False, True]


@pytest.mark.parametrize("table", ["orders", TABLE])
@pytest.mark.parametrize("operation", sorted(dynamodb.ON_ONE_ITEM))
def test_an_operation_on_one_table_needs_what_the_general_rule_says(
    operation: str, table: str
) -> None:
    place, params = Place("us-east-2", "000000000000"), {"TableName": table, "Key": {}}
    expected = list(generic.needs("dynamodb", operation, params, place))
    assert list(dynamodb.needs(operation, params, place) or ()) == expected
