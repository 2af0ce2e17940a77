"""Makes a table be what a backup says: nothing more, nothing less."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any

from lab.console.progress import Say
from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate.recovery.items import Item

BATCH = 25  # writes in one BatchWriteItem
WRITERS = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 5.0
PATIENCE_S = 120.0
"""For how long a table may take nothing at all."""


class Table:
    """A table that is filled from a backup. Writing the same twice changes nothing."""

    def __init__(self, target: Target, name: str, say: Say) -> None:
        self.name = name
        self._table = target.table(name)
        self._client = target.client("dynamodb")
        self._say = say

    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        found = self._client.scan(TableName=self._table, ConsistentRead=True, Limit=1)
        return not found["Items"]

    def count(self) -> int:
        """How many items are in it."""
        return sum(page["Count"] for page in self._pages(Select="COUNT"))

    def clear(self) -> None:
        """Deletes everything."""
        names = [key["AttributeName"] for key in self._described()["KeySchema"]]
        aliases = {f"#{name}": name for name in names}
        wanted = {"ProjectionExpression": ", ".join(aliases), "ExpressionAttributeNames": aliases}
        gone = 0
        for page in self._pages(**wanted):
            self._write({"DeleteRequest": {"Key": key}} for key in page["Items"])
            gone += len(page["Items"])
            self._say(f"{self.name}: {gone:,} deleted")

    def fill(self, parts: Iterable[Sequence[Item]]) -> None:
        """Writes the items of all parts."""
        written = 0
        for items in parts:
            self._write({"PutRequest": {"Item": item}} for item in items)
            written += len(items)
            self._say(f"{self.name}: {written:,} written")

    def _pages(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True, **wanted
        )
        yield from pages

    def _described(self) -> dict[str, Any]:
        said: dict[str, Any] = self._client.describe_table(TableName=self._table)["Table"]
        return said

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
    """Writes a batch, and again what DynamoDB did not take, more and more slowly.

    Raises LabError if it takes nothing for two minutes.
    """
    left, pause, waited = list(requests), FIRST_PAUSE_S, 0.0
    while left:
        unprocessed = write(RequestItems={table: left})["UnprocessedItems"].get(table, [])
        if len(unprocessed) < len(left):
            pause, waited = FIRST_PAUSE_S, 0.0
        left = unprocessed
        if not left:
            return
        if waited > PATIENCE_S:
            raise _takes_nothing(table, len(left))
        sleep(random.uniform(0, pause))  # noqa: S311
        waited += pause
        pause = min(pause * 2, LONGEST_PAUSE_S)


def _takes_nothing(table: str, left: int) -> LabError:
    return LabError(
        f"{table} has taken nothing for {PATIENCE_S:.0f} s; {left} items of a batch are left.",
        "It is throttled. Run `lab restore` again: it goes on from here.",
    )
