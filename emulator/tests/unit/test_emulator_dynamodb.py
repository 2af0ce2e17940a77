"""moto with and without what the package spares it: any updates have the same results."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.parsing import expressions

from localstack_host.services.dynamodb import copies, index_keys, patches

TABLE, KEY = "orders", {"id": {"S": "1"}}
KINDS: tuple[Any, ...] = (Item, LimitedSizeDict, DynamoType, copies.NODE)
parsers: Any = expressions
MOTO_UPDATE = DynamoDBBackend.update_item

# Each fits some items and not others: what moto refuses must be the same, too.
UPDATES = (
    "SET #a = :number",
    "SET #a = #a + :number",
    "SET #a = if_not_exists(#b, :list)",
    "SET #a = list_append(#a, :list), #b = :text",
    "SET #a.#b = :text",
    "SET #a[0] = :number",
    "SET #k = :text",
    "SET #k = :number",
    "REMOVE #a, #b",
    "REMOVE #a[0], #b[1]",
    "ADD #a :number",
    "ADD #a :set",
    "DELETE #a :set",
    "SET #a = :map REMOVE #b",
)
NAMES = {"#a": ("a", "b"), "#b": ("a", "b"), "#k": ("status",)}
values = st.fixed_dictionaries(
    {
        ":number": st.integers(0, 3).map(lambda n: {"N": str(n)}),
        ":text": st.sampled_from("xy").map(lambda text: {"S": text}),
        ":list": st.just({"L": [{"S": "x"}, {"N": "1"}]}),
        ":set": st.sets(st.sampled_from("xyz"), min_size=1).map(lambda s: {"SS": sorted(s)}),
        ":map": st.just({"M": {"b": {"L": [{"S": "x"}]}}}),
    }
)
names = st.fixed_dictionaries({name: st.sampled_from(given) for name, given in NAMES.items()})
updates = st.lists(st.tuples(st.sampled_from(UPDATES), names, values), min_size=1, max_size=8)


def backend() -> DynamoDBBackend:
    """One table with an index by status, which must be a text, and one order."""
    made = DynamoDBBackend("us-east-2", "000000000000")
    made.create_table(
        TABLE,
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        throughput=None,
        attr=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "status")],
        global_indexes=[
            {
                "IndexName": "by-status",
                "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        indexes=None,
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    made.put_item(TABLE, {**KEY, "status": {"S": "PLACED"}})
    return made


def outcomes(made: list[Any]) -> list[Any]:
    """What each of the updates gave, what the order then was, and what a copy still is."""
    on = backend()
    return [_outcome(on, *update) for update in made]


def _outcome(on: DynamoDBBackend, update: str, names: Any, values: Any) -> Any:
    def mentioned(given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if name in update}

    before = copy.deepcopy(on.get_item(TABLE, KEY))
    try:
        index_keys.update_item(
            MOTO_UPDATE, on, TABLE, KEY, update, mentioned(names), mentioned(values)
        )
        refused = ""
    except Exception as error:
        refused = f"{type(error).__name__}: {error}"
    item = on.get_item(TABLE, KEY)
    assert item is not None
    assert before is not None
    return refused, item.to_json(), before.to_json()


@contextmanager
def usual_copies() -> Iterator[None]:
    """Without the package's own copies."""
    made = [vars(kind).get("__deepcopy__") for kind in KINDS]
    for kind, quick in zip(KINDS, made, strict=True):
        if quick:
            del kind.__deepcopy__
    yield
    for kind, quick in zip(KINDS, made, strict=True):
        if quick:
            kind.__deepcopy__ = quick


@given(updates)
def test_quick_copies_change_no_result(made: list[Any]) -> None:
    patches.copy_quickly()
    with usual_copies():
        without = outcomes(made)
    assert outcomes(made) == without


@given(updates)
def test_kept_update_expressions_change_no_result(made: list[Any]) -> None:
    patches.copy_quickly()
    parser, usual = parsers.UpdateExpressionParser, parsers.UpdateExpressionParser.make
    without = outcomes(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "make", staticmethod(lru_cache(usual)))
        assert outcomes(made * 2)[: len(made)] == without
        assert outcomes(made) == without


@given(updates)
def test_an_update_that_skips_the_check_of_index_keys_would_have_passed_it(made: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_keys, "_may_change_index_keys", lambda *_args, **_more: True)
        without = outcomes(made)
    assert outcomes(made) == without


def test_the_check_of_index_keys_finds_one_that_only_a_placeholder_names() -> None:
    made = [("SET #k = :number", {"#k": "status"}, {":number": {"N": "1"}})]
    refused, item, _ = outcomes(made)[0]
    assert "Type mismatch for Index Key status" in refused
    assert item["Attributes"]["status"] == {"S": "PLACED"}


def test_a_copied_expression_equals_the_original_and_is_all_new() -> None:
    patches.copy_quickly()
    parsed = parsers.UpdateExpressionParser.make("SET #a = :number, #b.c[1] = :text REMOVE d")
    twin = copy.deepcopy(parsed)
    with usual_copies():
        usual = copy.deepcopy(parsed)
    assert _told(twin) == _told(usual)
    assert not {id(node) for node in _nodes(twin)} & {id(node) for node in _nodes(parsed)}
    assert all(child.parent in list(_nodes(twin)) for child in list(_nodes(twin))[1:])


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children or ():
        if isinstance(child, copies.NODE):
            yield from _nodes(child)


def _told(node: Any) -> Any:
    below = [_told(c) if isinstance(c, copies.NODE) else c for c in node.children or ()]
    return type(node).__name__, below
