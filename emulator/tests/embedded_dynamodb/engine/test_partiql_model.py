"""A SELECT finds what a Scan with the same filter finds, whatever ranges it reads."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_dynamodb.engine import Engine

_values = st.integers(0, 3)
_leaves = st.one_of(
    st.tuples(st.sampled_from("psn"), st.sampled_from(["=", "<>", "<", ">="]), _values).map(
        lambda leaf: "{} {} {}".format(*leaf)
    ),
    st.tuples(st.sampled_from("psn"), _values, _values).map(
        lambda leaf: f"{leaf[0]} BETWEEN {min(leaf[1:])} AND {max(leaf[1:])}"
    ),
    st.tuples(st.sampled_from("psn"), st.lists(_values, min_size=1, max_size=3)).map(
        lambda leaf: f"{leaf[0]} IN ({', '.join(map(str, leaf[1]))})"
    ),
)
_conditions = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda parts: "({}) {} ({})".format(*parts)
        ),
        inner.map(lambda part: f"NOT ({part})"),
    ),
    max_leaves=5,
)


def _call(engine: Engine, operation: str, **parameters: Any) -> Any:
    status, _, body = engine.handle(operation, json.dumps(parameters).encode())
    assert status == 200, body
    return json.loads(body)


def _filled() -> Engine:
    engine = Engine(seed=1)
    _call(
        engine,
        "CreateTable",
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "s", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "N"} for name in "ps"],
    )
    for p in range(3):
        for s in range(4):
            item = {"p": {"N": str(p)}, "s": {"N": str(s)}}
            if s != 2:
                item["n"] = {"N": str((p + s) % 4)}
            _call(engine, "PutItem", TableName="orders", Item=item)
    return engine


def _as_filter(condition: str) -> dict[str, Any]:
    """The condition with placeholders in place of its numbers."""
    text, values = "", {}
    for word in condition.replace("(", "( ").replace(")", " )").replace(",", " ,").split():
        if word.isdigit():
            values[f":v{word}"] = {"N": word}
            word = f":v{word}"
        text += f"{word} "
    return {"FilterExpression": text, "ExpressionAttributeValues": values}


ENGINE = _filled()


@settings(max_examples=300, deadline=None)
@given(_conditions, st.integers(1, 5))
def test_a_select_finds_what_a_scan_with_a_filter_finds(condition: str, limit: int) -> None:
    found = []
    more: dict[str, Any] = {}
    while True:
        statement = f"SELECT * FROM orders WHERE {condition}"
        page = _call(ENGINE, "ExecuteStatement", Statement=statement, Limit=limit, **more)
        found += page["Items"]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    wanted = _call(ENGINE, "Scan", TableName="orders", **_as_filter(condition))["Items"]
    assert sorted(map(str, found)) == sorted(map(str, wanted))
