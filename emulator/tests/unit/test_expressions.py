"""Limits of DynamoDB's expressions: by their text alone, whatever the table holds."""

from __future__ import annotations

from typing import Any

import pytest
from localstack.aws.api import CommonServiceException

from localstack_host.services.dynamodb.expressions import check_expressions

VALUE = {"ExpressionAttributeValues": {":v": {"N": "1"}}}
SUM = "SET a = " + "+".join([":v"] * 301)
CHAIN = " OR ".join(["a = :v"] * 150)


@pytest.mark.parametrize(
    "request_",
    [
        {"ConditionExpression": "(a = :v) AND (b = :v)"},
        {"ConditionExpression": "((a = :v) OR (b = :v))"},
        {"ConditionExpression": "NOT ((a = :v) OR b = :v) AND (attribute_exists(c))"},
        {"ConditionExpression": CHAIN},
        {"UpdateExpression": "SET a = if_not_exists(a, :v) + :v"},
        {"UpdateExpression": SUM},
        {"UpdateExpression": "SET " + ", ".join(f"a{n} = :v" for n in range(350))},
    ],
    ids=lambda one: next(iter(one.values()))[:40],
)
def test_what_dynamodb_takes_is_taken(request_: dict[str, Any]) -> None:
    check_expressions(request_ | VALUE)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ConditionExpression", "((a = :v))", "redundant parentheses"),
        ("FilterExpression", "b = :v OR ( ( a = :v ) )", "redundant parentheses"),
        ("ConditionExpression", "(" * 900 + "a = :v" + ")" * 900, "redundant parentheses"),
        ("ConditionExpression", f"{CHAIN} OR a = :v", "301, and 300"),
        ("UpdateExpression", f"{SUM}+:v", "301, and 300"),
        ("ConditionExpression", "a = :v" + " " * 4_096, "maximum allowed size"),
        ("ConditionExpression", " ", "can not be empty"),
    ],
)
def test_what_it_does_not_is_refused_in_its_words(name: str, text: str, said: str) -> None:
    with pytest.raises(CommonServiceException, match=said) as refused:
        check_expressions({name: text} | VALUE)
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize("place", ["TransactItems", "RequestItems"])
def test_every_part_of_a_request_is_looked_at(place: str) -> None:
    part = {"ConditionExpression": "((a = :v))"} | VALUE
    request = {"TransactItems": [{"Put": part}], "RequestItems": {"t": part}}

    with pytest.raises(CommonServiceException):
        check_expressions({place: request[place]})
