"""Key conditions as ranges of positions."""

from typing import NamedTuple

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions import Bound
from embedded_dynamodb.tables.key_encoding import after, encode, encode_open
from embedded_dynamodb.tables.keys import KeySchema


class Range(NamedTuple):
    """From `low`, which is in, to `high`, which is not, inside a partition."""

    partition: bytes
    low: bytes
    high: bytes

    def after(self, position: bytes, *, reverse: bool) -> "Range":
        """What is left behind a position in the direction of reading."""
        if not position.startswith(self.partition):
            raise ValidationException(
                "The provided starting key is outside query boundaries based on provided conditions"
            )
        if not self.low <= position < self.high:
            raise ValidationException(
                "The provided starting key does not match the range key predicate"
            )
        if reverse:
            return self._replace(high=position)
        return self._replace(low=position + b"\0")


def range_of(schema: KeySchema, bounds: list[Bound]) -> Range:
    """The range of the bounds: equality for the partition, then for the first sort keys."""
    given = {bound.name: bound for bound in bounds}
    partition = schema.partition({name: given[name].values[0] for name, _ in schema.hash})
    prefix = partition
    for name, kind in schema.range:
        bound = given.get(name)
        if bound is None:
            break
        if bound.operator != "=":
            low, high = _bounded(prefix, kind, bound)
            return Range(partition, low, max(low, high))
        prefix += encode(bound.values[0], kind)
    return Range(partition, prefix, after(prefix))


def _bounded(prefix: bytes, kind: str, bound: Bound) -> tuple[bytes, bytes]:
    first = prefix + encode(bound.values[0], kind)
    match bound.operator:
        case "<":
            return prefix, first
        case "<=":
            return prefix, after(first)
        case ">":
            return after(first), after(prefix)
        case ">=":
            return first, after(prefix)
        case "BETWEEN":
            return first, after(prefix + encode(bound.values[1], kind))
        case _:
            beginning = prefix + encode_open(bound.values[0], kind)
            return beginning, after(beginning)
