"""Roles lose and get back what a lesson takes; denials are read as AWS writes them."""

from __future__ import annotations

from typing import Any

import pytest

from lab.lessons import grants
from lab.shop import roles

TABLE = "arn:aws:dynamodb:us-east-2:000000000000:table/products-dev"
DENIAL = (
    "User: arn:aws:sts::000000000000:assumed-role/shop/shop is not authorized to perform:"
    f" dynamodb:BatchGetItem on resource: {TABLE}"
    " because no identity-based policy allows the dynamodb:BatchGetItem action"
)
NARROW = {"Effect": "Allow", "Action": "dynamodb:BatchGetItem", "Resource": TABLE}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def test_an_action_is_taken_out_of_each_statement() -> None:
    two = NARROW | {"Action": ["dynamodb:BatchGetItem", "dynamodb:GetItem"]}

    left = roles.without(policy(two), "dynamodb:BatchGetItem")

    assert left == policy(NARROW | {"Action": ["dynamodb:GetItem"]})


def test_a_statement_that_allows_nothing_more_is_gone() -> None:
    assert roles.without(policy(NARROW), "dynamodb:BatchGetItem") == policy()


def test_a_statement_is_added_also_to_a_policy_whose_only_one_is_in_no_list() -> None:
    first, second = NARROW | {"Sid": "First"}, NARROW | {"Sid": "Second"}

    assert grants.plus(policy(first), second) == policy(first, second)
    assert grants.plus(policy() | {"Statement": first}, second) == policy(first, second)
    assert roles.without(policy() | {"Statement": first}, "dynamodb:batchgetitem") == policy()


def test_a_statement_about_all_other_actions_is_left_alone() -> None:
    others = {"Effect": "Deny", "NotAction": "dynamodb:*", "Resource": "*"}

    assert roles.without(policy(others), "dynamodb:BatchGetItem") == policy(others)


def test_a_denial_is_found_once_however_often_it_was_logged() -> None:
    line = f'{{"exception": "ClientError: {DENIAL}"}}'

    assert grants.sentences([line, "START", line]) == [DENIAL]


def test_a_denial_is_spelled_in_four_lines() -> None:
    who, what, on_what, why = grants.spelled(DENIAL).splitlines()

    assert who.endswith("assumed-role/shop/shop")
    assert what.endswith("dynamodb:BatchGetItem")
    assert on_what == f"on resource: {TABLE}"
    assert why.startswith("because no identity-based policy")


def test_a_denial_in_an_error_keeps_the_words_before_it() -> None:
    error = f"An error occurred (AccessDenied) when calling BatchGetItem: {DENIAL}"

    before, *sentence = grants.spelled(error).splitlines()

    assert before == "An error occurred (AccessDenied) when calling BatchGetItem:"
    assert sentence == grants.spelled(DENIAL).splitlines()


def test_the_statement_that_the_denial_names_is_enough() -> None:
    grants.require(NARROW, DENIAL)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Resource": "*"}, "Resource is *"),
        ({"Action": "dynamodb:*"}, "Action is dynamodb:*"),
        ({"Effect": "Deny"}, "Effect must be Allow"),
        ({"Resource": TABLE.replace("products", "orders")}, "table/orders-dev"),
        ({"Action": ["dynamodb:BatchGetItem", "dynamodb:Scan"]}, "dynamodb:Scan"),
        ({"Resource": []}, "your Resource is missing"),
    ],
)
def test_what_is_more_or_less_than_the_denial_names_is_told(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(AssertionError) as told:
        grants.require(NARROW | change, DENIAL)
    assert said in str(told.value)


@pytest.mark.parametrize("answer", ["dynamodb:BatchGetItem", [NARROW], policy(NARROW), None])
def test_what_is_no_statement_is_told(answer: object) -> None:
    with pytest.raises(AssertionError, match="One statement is asked for"):
        grants.require(answer, DENIAL)


def test_capitals_of_actions_do_not_matter_and_those_of_resources_do() -> None:
    grants.require(NARROW | {"Action": "DynamoDB:batchgetitem"}, DENIAL)
    with pytest.raises(AssertionError, match="your Resource is"):
        grants.require(NARROW | {"Resource": TABLE.upper()}, DENIAL)


def test_two_denials_ask_for_both_resources_in_any_order() -> None:
    other = DENIAL.replace("products", "promotions")
    both = [TABLE.replace("products", "promotions"), TABLE]

    grants.require(NARROW | {"Resource": both}, DENIAL, other)
    for too_few_or_many in (TABLE, [*both, TABLE.replace("products", "orders")]):
        with pytest.raises(AssertionError, match="your Resource is"):
            grants.require(NARROW | {"Resource": too_few_or_many}, DENIAL, other)


@pytest.mark.parametrize(
    ("statement", "more"),
    [
        (NARROW, []),
        (NARROW | {"Action": ["dynamodb:BatchGetItem", "s3:*"]}, [f"s3:* on {TABLE}"]),
        (NARROW | {"Resource": "*"}, ["dynamodb:BatchGetItem on *"]),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, []),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": TABLE}, [f"NotAction on {TABLE}"]),
    ],
)
def test_what_a_policy_allows_besides_is_told(statement: dict[str, Any], more: list[str]) -> None:
    for form in (policy(statement), policy() | {"Statement": statement}):
        assert grants.beyond(form, "dynamodb:BatchGetItem", "table/products-dev") == more
