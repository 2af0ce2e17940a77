"""Which items a WHERE clause can mean: one key, or ranges of positions."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from embedded_dynamodb.expressions.key_conditions import FLIPPED, Bound, bound
from embedded_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparison,
    Function,
    In,
    Operand,
    Or,
    Path,
    Test,
    ValueRef,
    operands_of,
)
from embedded_dynamodb.queries.ranges import range_of
from embedded_dynamodb.tables.keys import Item, KeySchema
from embedded_dynamodb.values import Value, comparable

NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"

type Bounds = dict[str, list[Bound]]


class Span(NamedTuple):
    """From `low`, which is in, to `high`, which is not; None is the end."""

    low: bytes | None
    high: bytes | None


class Partition(NamedTuple):
    """Ranges of one partition, and the values of its key."""

    key: tuple[Value, ...]
    spans: list[tuple[bytes, bytes]]


def key_of(test: Test, values: Mapping[str, Value], schema: KeySchema) -> Item | None:
    """The one key that the clause names, if it demands equality of each of its attributes."""
    bounds = _bounds_of(test, values)
    key = {}
    for name in schema.names:
        equal = [each for each in bounds.get(name, ()) if each.operator == "="]
        if not equal:
            return None
        key[name] = equal[0].values[0]
    return key


def partitions_of(
    test: Test, values: Mapping[str, Value], schema: KeySchema
) -> list[Partition] | None:
    """The ranges that the clause can mean, or None if it has to look everywhere."""
    found: dict[bytes, Partition] = {}
    for branch in test.parts if isinstance(test, Or) else (test,):
        ranges = _ranges_of(_bounds_of(branch, values), schema)
        if ranges is None:
            return None
        for prefix, key, span in ranges:
            found.setdefault(prefix, Partition(key, [])).spans.append(span)
    return [
        Partition(part.key, _merged(part.spans)) for _, part in sorted(found.items(), key=_first)
    ]


def in_key_order(partitions: list[Partition], *, reverse: bool) -> list[Partition]:
    """Partitions by the values of their keys."""
    return sorted(
        partitions,
        key=lambda part: [comparable(value) for value in part.key],
        reverse=reverse,
    )


def _first(pair: tuple[bytes, Partition]) -> bytes:
    return pair[0]


def _bounds_of(test: Test, values: Mapping[str, Value]) -> Bounds:
    """What the clause demands of single attributes, whatever else it says."""
    found: Bounds = {}
    for part in test.parts if isinstance(test, And) else (test,):
        each = _bound_of(part, values)
        if each is not None:
            found.setdefault(each.name, []).append(each)
    return found


def _bound_of(test: Test, values: Mapping[str, Value]) -> Bound | None:
    if isinstance(test, Or):
        return _alternatives(test, values)
    if not isinstance(test, Comparison | Between | In | Function):
        return None
    operands = operands_of(test)
    operator = _operator(test)
    if isinstance(test, Comparison) and not isinstance(operands[0], Path):
        operator = FLIPPED.get(operator or "")
        operands = operands[::-1]
    if operator is None or not _is_name(operands[0]):
        return None
    given = [values[each.name] for each in operands[1:] if isinstance(each, ValueRef)]
    if len(given) + 1 != len(operands):
        return None
    assert isinstance(operands[0], Path)  # noqa: S101 - it is a name
    if operator == "IN" and len(given) == 1:
        operator = "="
    return Bound(str(operands[0].parts[0]), operator, tuple(given))


def _alternatives(test: Or, values: Mapping[str, Value]) -> Bound | None:
    """Equality of one attribute with several values: the same as IN."""
    parts = [_bound_of(part, values) for part in test.parts]
    names = {None if part is None else part.name for part in parts}
    if len(names) != 1 or any(part is None or part.operator not in ("=", "IN") for part in parts):
        return None
    given = [value for part in parts if part is not None for value in part.values]
    return Bound(str(names.pop()), "IN", tuple(given))


def _operator(test: Comparison | Between | In | Function) -> str | None:
    match test:
        case Comparison():
            return test.operator if test.operator != "<>" else None
        case Between():
            return "BETWEEN"
        case In():
            return "IN"
        case Function():
            return test.name if test.name == "begins_with" else None


def _is_name(operand: Operand) -> bool:
    return isinstance(operand, Path) and len(operand.parts) == 1


def _ranges_of(
    bounds: Bounds, schema: KeySchema
) -> list[tuple[bytes, tuple[Value, ...], tuple[bytes, bytes]]] | None:
    partition = [_equal_to(bounds, name) for name, _ in schema.hash]
    if not all(partition):
        return None
    sort = []
    for name, _ in schema.range:
        equal = _equal_to(bounds, name)
        if not equal:
            break
        sort.append(equal)
    left = schema.range[len(sort) :]
    others = bounds.get(left[0].name, []) if left else []
    names = schema.names[: len(partition) + len(sort)]
    found = []
    for chosen in product(*partition, *sort):
        equal_bounds = [
            Bound(name, "=", (value,)) for name, value in zip(names, chosen, strict=True)
        ]
        prefix, span = _range_of(equal_bounds, others, schema)
        found.append((prefix, chosen[: len(schema.hash)], span))
    return found


def _equal_to(bounds: Bounds, name: str) -> list[Value]:
    """The values of which the attribute must be one; none if there is no such demand."""
    for each in bounds.get(name, ()):
        if each.operator in ("=", "IN"):
            return list(each.values)
    return []


def _range_of(
    equal: list[Bound], others: list[Bound], schema: KeySchema
) -> tuple[bytes, tuple[bytes, bytes]]:
    """The range in which all demands on the next attribute of the key hold."""
    ranges = []
    for more in [[], *[[each] for each in others]]:
        wanted = {each.name: each for each in (*equal, *more)}
        ranges.append(range_of(schema, bound(wanted, schema.hash, schema.range)))
    low, high = max(each.low for each in ranges), min(each.high for each in ranges)
    return ranges[0].partition, (low, max(low, high))


def _merged(spans: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The spans in order, those that touch made one: no item is read twice."""
    return list(_joined(sorted(spans)))


def _joined(spans: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    low, high = spans[0]
    for start, end in spans[1:]:
        if start > high:
            yield low, high
            low, high = start, end
        else:
            high = max(high, end)
    yield low, high
