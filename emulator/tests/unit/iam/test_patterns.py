"""Wildcards and variables in actions and resources."""

from __future__ import annotations

import pytest

from tests.unit.iam.asked import TABLE, ask, statement

ARN = "arn:aws:dynamodb:us-east-2:000000000000"


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("dynamodb:PutItem", True),
        ("DynamoDB:putitem", True),
        ("dynamodb:*", True),
        ("dynamodb:Put*", True),
        ("dynamodb:P?tItem", True),
        ("*", True),
        ("*:PutItem", True),
        ("dynamodb:GetItem", False),
        ("dynamodb:PutItems", False),
        ("dynamodb:Put", False),
        ("dynamodb:Put?Item", False),
        ("sqs:*", False),
    ],
)
def test_an_action_is_covered_in_any_case_and_by_wildcards(pattern: str, covered: bool) -> None:
    assert ask(statement(Action=pattern)).allowed is covered


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        (TABLE, True),
        ("*", True),
        (f"{ARN}:table/*", True),
        (f"{ARN}:table/orders-???", True),
        (f"{ARN}:*", True),
        ("arn:aws:dynamodb:*:*:table/orders-dev", True),
        ("arn:*:dynamodb:us-*-2:000000000000:table/orders-dev", True),
        ("arn:aws:dynamodb", True),  # AWS completes it with stars
        (TABLE.upper(), False),
        (f"{TABLE}/index/open", False),
        (f"{TABLE}/*", False),
        (f"{ARN}:table/order-dev", False),
        (f"{ARN}:table/orders-??", False),
        # A star does not reach over a colon of the first five.
        ("arn:aws:dynamodb:*:table/orders-dev", False),
        ("arn:aws:dynamodb:us-east-1:000000000000:table/orders-dev", False),
        ("arn:aws:dynamodb:us-east-2:000000000001:table/orders-dev", False),
        ("arn:aws:sqs", False),
    ],
)
def test_a_resource_is_covered_part_by_part(pattern: str, covered: bool) -> None:
    assert ask(statement(Resource=pattern)).allowed is covered


def test_an_action_without_a_resource_is_covered_by_a_lone_star_only() -> None:
    assert ask(statement(), resource="*").allowed
    assert not ask(statement(Resource="arn:aws:xray:*:*:*"), resource="*").allowed


def test_what_a_pattern_has_for_a_regular_expression_is_plain_text() -> None:
    topic = "arn:aws:sns:us-east-2:000000000000:a.b+c"
    assert ask(statement(Resource=topic), resource=topic).allowed
    assert not ask(statement(Resource=topic), resource=topic.replace(".", "x")).allowed


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        (f"{ARN}:table/${{aws:PrincipalTag/team}}-dev", True),
        (f"{ARN}:table/${{AWS:principaltag/Team}}-dev", True),
        (f"{ARN}:table/${{aws:username, 'orders'}}-dev", True),
        (f"{ARN}:table/${{aws:username}}-dev", False),  # this caller has none
        (f"{ARN}:table/${{aws:many}}-dev", False),  # which of the values?
    ],
)
def test_variables_are_filled_in(pattern: str, covered: bool) -> None:
    keys = {"aws:PrincipalTag/team": "orders", "aws:many": ["orders", "orders"]}
    assert ask(statement(Resource=pattern), keys=keys).allowed is covered


def test_a_star_in_a_variables_value_is_a_star() -> None:
    allow = statement(Resource=f"{ARN}:table/${{aws:username}}")
    assert not ask(allow, keys={"aws:username": "*"}).allowed
    assert ask(allow, resource=f"{ARN}:table/*", keys={"aws:username": "*"}).allowed


@pytest.mark.parametrize(("name", "written"), [("*", "${*}"), ("?", "${?}"), ("$", "${$}")])
def test_wildcards_can_be_written_as_plain_characters(name: str, written: str) -> None:
    allow = statement(Resource=f"{ARN}:table/{written}")
    assert ask(allow, resource=f"{ARN}:table/{name}").allowed
    assert not ask(allow).allowed


def test_policies_of_before_2012_have_no_variables() -> None:
    from localstack_host.services.iam.evaluation import Policies, Request, decide
    from tests.unit.iam.asked import WORKER, policy

    old = policy(statement(Resource=f"{ARN}:table/${{aws:username}}"), version="2008-10-17")
    context = {"aws:username": ("orders-dev",)}

    def answer(resource: str) -> bool:
        request = Request(WORKER, "dynamodb:PutItem", resource, context)
        return decide(request, Policies(identity=(old,))).allowed

    assert not answer(TABLE)
    assert answer(f"{ARN}:table/${{aws:username}}")
