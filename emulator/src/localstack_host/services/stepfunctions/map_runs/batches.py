"""ItemBatcher: several items are the input of one child execution. Pure functions.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 256 * 1024  # of the input of an execution
LIMITS = ("MaxItemsPerBatch", "MaxInputBytesPerBatch")


class InvalidBatcher(Exception):
    """Raised for limits that are no positive integers."""


@dataclass(frozen=True)
class Batcher:
    """How items are put together; `shared` is the BatchInput of each batch."""

    most_items: int | None = None
    most_bytes: int = MOST_BYTES
    shared: Any = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Batcher:
        """The batcher of evaluated fields. Raises `InvalidBatcher`."""
        limits = {name: _limit(name, fields[name]) for name in LIMITS if fields.get(name)}
        if not limits:
            raise InvalidBatcher(f"ItemBatcher needs one of {' and '.join(LIMITS)}.")
        most_bytes = min(limits.get("MaxInputBytesPerBatch", MOST_BYTES), MOST_BYTES)
        return cls(limits.get("MaxItemsPerBatch"), most_bytes, fields.get("BatchInput"))

    def batches(self, items: Sequence[Any]) -> Iterator[dict[str, Any]]:
        """The inputs of the children. An item that is too large is a batch of its own."""
        empty = _size(self._input([]))
        batch: list[Any] = []
        size = empty
        for item in items:
            more = _size(item) + 1  # a comma
            if batch and (size + more > self.most_bytes or len(batch) == self.most_items):
                yield self._input(batch)
                batch, size = [], empty
            batch.append(item)
            size += more
        if batch:
            yield self._input(batch)

    def _input(self, batch: list[Any]) -> dict[str, Any]:
        shared = {} if self.shared is None else {"BatchInput": self.shared}
        return {**shared, "Items": batch}


def _limit(name: str, value: Any) -> int:
    try:
        limit = int(value)
    except (TypeError, ValueError) as error:
        raise InvalidBatcher(f"{name} must be an integer, and is '{value}'.") from error
    if limit < 1:
        raise InvalidBatcher(f"{name} must be greater than zero, and is '{value}'.")
    return limit


def _size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
