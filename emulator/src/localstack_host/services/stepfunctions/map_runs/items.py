"""The items of a distributed Map: those of an array, or the pairs of an object.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemspath.html
A Map in Inline mode takes arrays only:
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

from __future__ import annotations

from typing import Any


class Pair(dict[str, Any]):
    """A key and a value of an object: the input of a child, if no ItemSelector makes another."""


def items_of(value: Any) -> Any:
    """The items of a value; what is neither an array nor an object stays as it is."""
    if not isinstance(value, dict):
        return value
    return [Pair(Key=key, Value=part) for key, part in value.items()]


def context_of(item: Any, index: int) -> dict[str, Any]:
    """What the Context object says of the item with this index."""
    found = dict(item) if isinstance(item, Pair) else {"Value": item}
    return {"Item": {"Index": index} | found}
