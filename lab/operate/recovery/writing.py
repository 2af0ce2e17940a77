"""Fills tables with the items of a backup."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any

from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.operate.recovery.items import Item

BATCH = 25  # writes in one BatchWriteItem
WRITERS = 4
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 5.0
TIMEOUT_S = 120.0
"""How long a table may accept no item."""


class Table:
    """A table that is filled from a backup. Writing is idempotent."""

    def __init__(self, target: Target, name: str, on_progress: Progress) -> None:
        self.name = name
        self._table = target.table(name)
        self._client = target.client("dynamodb")
        self._on_progress = on_progress

    def is_empty(self) -> bool:
        """Whether the table has no items."""
        response = self._client.scan(TableName=self._table, ConsistentRead=True, Limit=1)
        return not response["Items"]

    def count(self) -> int:
        """The number of items."""
        return sum(page["Count"] for page in self._pages(Select="COUNT"))

    def clear(self) -> None:
        """Deletes all items."""
        names = [key["AttributeName"] for key in self._describe()["KeySchema"]]
        aliases = {f"#{name}": name for name in names}
        projection = {
            "ProjectionExpression": ", ".join(aliases),
            "ExpressionAttributeNames": aliases,
        }
        deleted = 0
        for page in self._pages(**projection):
            self._write({"DeleteRequest": {"Key": key}} for key in page["Items"])
            deleted += len(page["Items"])
            self._on_progress(f"{self.name}: {deleted:,} deleted")

    def fill(self, parts: Iterable[Sequence[Item]]) -> None:
        """Writes the items of all parts."""
        written = 0
        for items in parts:
            self._write({"PutRequest": {"Item": item}} for item in items)
            written += len(items)
            self._on_progress(f"{self.name}: {written:,} written")

    def _pages(self, **options: Any) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True, **options
        )
        yield from pages

    def _describe(self) -> dict[str, Any]:
        description: dict[str, Any] = self._client.describe_table(TableName=self._table)["Table"]
        return description

    def _write(self, requests: Iterable[dict[str, Any]]) -> None:
        with ThreadPoolExecutor(WRITERS) as pool:
            for _ in pool.map(self._write_batch, batched(requests, BATCH, strict=False)):
                pass

    def _write_batch(self, requests: Sequence[dict[str, Any]]) -> None:
        write_all(self._client.batch_write_item, self._table, requests)


def write_all(
    write: Callable[..., Any],
    table: str,
    requests: Sequence[dict[str, Any]],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Writes a batch, and retries unprocessed items with exponential backoff and jitter.

    Raises LabError if DynamoDB accepts nothing for two minutes.
    """
    left, pause, waited = list(requests), FIRST_PAUSE_S, 0.0
    while left:
        unprocessed = write(RequestItems={table: left})["UnprocessedItems"].get(table, [])
        if len(unprocessed) < len(left):
            pause, waited = FIRST_PAUSE_S, 0.0
        left = unprocessed
        if not left:
            return
        if waited > TIMEOUT_S:
            raise _throttled(table, len(left))
        sleep(random.uniform(0, pause))  # noqa: S311
        waited += pause
        pause = min(pause * 2, MAX_PAUSE_S)


def _throttled(table: str, left: int) -> LabError:
    return LabError(
        f"{table} has accepted no items for {TIMEOUT_S:.0f} s; {left} items of a batch are left.",
        "It is throttled. Run `lab restore` again: it continues from here.",
    )
