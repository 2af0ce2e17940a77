"""The members of requests with PartiQL statements."""

from embedded_dynamodb.validation.members import CAPACITY, FLAG, ON_FAILURE
from embedded_dynamodb.validation.requests import RequestShape
from embedded_dynamodb.validation.shapes import (
    ListOf,
    NewerText,
    Shape,
    Structure,
    Text,
    Values,
    Whole,
)

_STATEMENT: dict[str, Shape] = {
    "Statement": Text(1, 8192),
    "Parameters": ListOf(Values(one=True), 1),
    "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
}


def _request(members: dict[str, Shape], required: str) -> RequestShape:
    return RequestShape(Structure("Request", members, frozenset((required,))))


def _statements(java: str, members: dict[str, Shape], at_most: int) -> ListOf:
    return ListOf(Structure(java, members, frozenset(("Statement",))), 1, at_most)


STATEMENTS: dict[str, RequestShape] = {
    "ExecuteStatement": _request(
        {
            **_STATEMENT,
            "ConsistentRead": FLAG,
            "NextToken": Text(1, 32768),
            "ReturnConsumedCapacity": CAPACITY,
            "Limit": Whole(1),
        },
        "Statement",
    ),
    "BatchExecuteStatement": _request(
        {
            "Statements": _statements(
                "BatchStatementRequest", {**_STATEMENT, "ConsistentRead": FLAG}, 25
            ),
            "ReturnConsumedCapacity": CAPACITY,
        },
        "Statements",
    ),
    "ExecuteTransaction": _request(
        {
            "TransactStatements": _statements("ParameterizedStatement", _STATEMENT, 100),
            "ClientRequestToken": NewerText(1, 36),
            "ReturnConsumedCapacity": CAPACITY,
        },
        "TransactStatements",
    ),
}
