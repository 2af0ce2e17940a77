"""What Query and Scan share: the index, the starting key, the answer."""

from collections.abc import Iterable
from typing import Any

from embedded_dynamodb import capacity, throttling
from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.consistency import entries_at, moment_of
from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.items.single import show_capacity
from embedded_dynamodb.queries.page import Page
from embedded_dynamodb.queries.selection import Selection
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import NO_MATCH, Item, KeyAttribute, check_key_contents
from embedded_dynamodb.tables.ordered import Entries
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.values import check_item

BAD_START = "The provided starting key is invalid"
# What AWS says of a starting key's value without saying that it is the starting key's.
_SAID_ALONE = (
    "contains duplicates",
    "number set",
    "numeric value",
    "significant digits",
    "number with magnitude",
)


def index_of(request: Request, table: Table) -> Index | None:
    """The index that the request names; a global one has no consistent reads."""
    name = request.parameters.get("IndexName")
    if name is None:
        return None
    index = table.index(name)
    if index.is_global and request.parameters.get("ConsistentRead"):
        raise ValidationException("Consistent reads are not supported on global secondary indexes")
    return index


def start_values(parameters: dict[str, Any]) -> Item | None:
    """ExclusiveStartKey with its values checked."""
    start = parameters.get("ExclusiveStartKey")
    if start is None:
        return None
    try:
        return check_item(start)
    except ValidationException as error:
        if any(words in error.message for words in _SAID_ALONE):
            raise
        raise ValidationException(f"{BAD_START}: {error.message}") from None


def check_start(start: Item, table: Table, index: Index | None, *, detail: str = "") -> None:
    """Raises if it is no key of what is read; `detail` says what a Scan of a table adds."""
    names = table.schema.names if index is None else index.key_names
    if len(start) != len(names):
        raise ValidationException(BAD_START + detail)


def check_start_in(start: Item, attributes: Iterable[KeyAttribute]) -> None:
    """Raises if the attributes of a key are not in it, or have other types."""
    for name, kind in attributes:
        if name not in start:
            raise ValidationException(BAD_START)
        if kind not in start[name]:
            raise ValidationException(NO_MATCH)


def start_position(start: Item, table: Table, index: Index | None) -> bytes:
    """Where the reading goes on, if the table's key is in it, too."""
    if not table.schema.is_in(start):
        raise ValidationException(f"{BAD_START}: {NO_MATCH}")
    try:
        check_key_contents(table.schema, start)
    except ValidationException as error:
        raise ValidationException(f"{BAD_START}: {error.message}") from None
    position = table.schema.position(start)
    return position if index is None else index.schema.position(start) + position


class Source:
    """A table or an index as a request sees it; the caller holds the lock."""

    __slots__ = ("entries", "index", "moment", "request", "table")

    def __init__(self, request: Request, table: Table, index: Index | None) -> None:
        self.request = request
        self.table = table
        self.index = index
        source = table if index is None else index
        # The same for the index and for what is fetched from the table.
        self.moment: float | None = None
        self.entries: Entries = source.entries
        if request.engine.simulates:
            self.moment = moment_of(request.engine, consistent=request.reads_consistently())
            self.entries = entries_at(source, self.moment)

    def finish(self, selection: Selection, page: Page) -> list[Stored]:
        """The entries of a page, or the table's items in their place, unless it is throttled."""
        entries = self._fetched(page) if selection.fetches else page.entries
        if self.request.engine.simulates and self.request.engine.settings.throttling:
            consistent = self.request.reads_consistently()
            consumed = consumed_by(self.index, selection, page, entries, consistent=consistent)
            self.request.throttle(
                throttling.of_page(self.table, self.index, page.entries, consumed)
            )
        return entries

    def _fetched(self, page: Page) -> list[Stored]:
        items, schema = entries_at(self.table, self.moment), self.table.schema
        return [items[schema.position(entry.item())] for entry in page.entries]


def answer_page(
    request: Request,
    table: Table,
    index: Index | None,
    selection: Selection,
    page: Page,
    entries: list[Stored],
) -> dict[str, Any]:
    """Items, counts, the key to go on with, and capacity."""
    count, items = selection.of(entries)
    answer: dict[str, Any] = {"Count": count, "ScannedCount": len(page.entries)}
    if items is not None:
        answer["Items"] = Encoded(items)
    if page.stopped:
        last = page.entries[-1].item()
        answer["LastEvaluatedKey"] = table.schema.of(last) if index is None else index.key_of(last)
    request.returned_items[table.name] = count
    if request.counts():
        consistent = request.reads_consistently()
        consumed = consumed_by(index, selection, page, entries, consistent=consistent)
        request.note_read(table, consumed)
        show_capacity(request, table, consumed, answer)
    return answer


def consumed_by(
    index: Index | None,
    selection: Selection,
    page: Page,
    entries: list[Stored],
    *,
    consistent: bool,
) -> Consumed:
    """The units of a page: of the table or of the index, and of what it fetched."""
    units = capacity.read_units(page.size, consistent=consistent)
    if index is None:
        return Consumed(units)
    if index.is_global:
        return Consumed(0.0, global_={index.name: units})
    fetched = 0.0
    if selection.fetches:
        fetched = sum(capacity.read_units(entry.size, consistent=consistent) for entry in entries)
    return Consumed(fetched, local={index.name: units})
