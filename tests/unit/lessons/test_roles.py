"""Roles lose and get back what a lesson takes; denials are read as AWS writes them."""

from __future__ import annotations

from typing import Any

import pytest

from lab.lessons import grants, roles

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


def test_a_statement_takes_the_place_of_another() -> None:
    first, second = NARROW | {"Sid": "First"}, NARROW | {"Sid": "Second"}

    assert grants.plus(policy(first), second, but="First") == policy(second)
    assert grants.plus(policy(first), second) == policy(first, second)


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
        ({"Resource": []}, "your Resource is []"),
    ],
)
def test_what_is_more_or_less_than_the_denial_names_is_told(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(AssertionError) as told:
        grants.require(NARROW | change, DENIAL)
    assert said in str(told.value)
