"""A page: what is read until the limit, or until a megabyte."""

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
        if used + size + stored.size > MAX_PAGE_SIZE and (page or used):
            return Page(page, size, True)
        page.append(stored)
        size += stored.size
        if len(page) == limit:
            # DynamoDB does not look whether there is more.
            return Page(page, size, True)
    return Page(page, size, False)
