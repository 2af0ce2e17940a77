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
    # Whether there is a condition on a sort key.
    has_predicate: bool = False

    def after(self, partition: bytes, position: bytes, *, reverse: bool) -> "Range":
        """What is left behind a position, which is in a partition, in the direction of reading."""
        in_this_one = self.partition + position[len(partition) :]
        if not self.low <= in_this_one < self.high:
            raise ValidationException(
                "The provided starting key does not match the range key predicate"
            )
        if partition != self.partition:
            raise ValidationException(
                "The query can return at most one row and cannot be restarted"
                if self.has_predicate
                else "The provided starting key is outside query boundaries based on provided "
                "conditions"
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
            return Range(partition, low, max(low, high), has_predicate=True)
        prefix += encode(bound.values[0], kind)
    return Range(partition, prefix, after(prefix), has_predicate=prefix != partition)


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
