"""A page: what is read until the limit, or until a megabyte is full."""

from typing import NamedTuple

from embedded_dynamodb.tables.ordered import Entries
from embedded_dynamodb.tables.stored import Stored

MAX_PAGE_SIZE = 1024 * 1024


class Page(NamedTuple):
    """The entries that were read, their size, and whether reading stopped before the end."""

    entries: list[Stored]
    size: int
    stopped: bool


def read_page(
    entries: Entries,
    low: bytes | None,
    high: bytes | None,
    *,
    limit: int | None,
    reverse: bool = False,
    used: int = 0,
) -> Page:
    """Reads from `low`, which is in, to `high`, which is not; the caller holds the lock.

    `used` bytes of the megabyte are taken by what was read before.
    """
    page: list[Stored] = []
    size = 0
    for position in entries.irange(low, high, inclusive=(True, False), reverse=reverse):
        stored = entries[position]
        page.append(stored)
        size += stored.size
        # The item that fills the megabyte is in the page: hence AWS's pages of 128.5 units.
        if len(page) == limit or used + size >= MAX_PAGE_SIZE:
            # DynamoDB does not look whether there is more.
            return Page(page, size, True)
    return Page(page, size, False)
