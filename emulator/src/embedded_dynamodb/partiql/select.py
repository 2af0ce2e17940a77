"""SELECT: pages of ranges where the WHERE clause names partitions, else of everything."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.items.single import show_capacity
from embedded_dynamodb.partiql.columns import Columns
from embedded_dynamodb.partiql.keys import Span, in_key_order, partitions_of
from embedded_dynamodb.partiql.statements import Select
from embedded_dynamodb.partiql.targets import table_of
from embedded_dynamodb.queries.page import Page, read_page
from embedded_dynamodb.queries.reading import Source, consumed_by
from embedded_dynamodb.queries.selection import Selection
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import Item, KeySchema
from embedded_dynamodb.tables.stored import Stored, dump
from embedded_dynamodb.tables.table import Table

OTHER_REQUEST = "NextToken does not match request"


def select(request: Request, statement: Select, values: Item) -> dict[str, Any]:
    """A page of what the statement selects."""
    parameters = request.parameters
    consistent = parameters.get("ConsistentRead") is True
    start = _start(parameters)
    limit = parameters.get("Limit")
    selection = selection_of(statement, values)
    with request.engine.lock:
        table = table_of(request, statement.table)
        index = _index(table, statement, consistent=consistent)
        spans, reverse = _spans(statement, values, table.schema if index is None else index.schema)
        if start is not None:
            spans = _rest(spans, start, reverse=reverse)
        selection.bind(index)
        source = Source(request, table, index)
        page = _read(source, spans, None if limit is None else int(limit), reverse=reverse)
        entries = source.finish(selection, page)
    count, items = selection.of(entries)
    answer: dict[str, Any] = {"Items": Encoded(items or b"[]")}
    if page.stopped:
        _continue(answer, parameters, table, index, page)
    request.returned_items[table.name] = count
    if request.counts():
        consumed = consumed_by(index, selection, page, entries, consistent=consistent)
        request.note_read(table, consumed)
        show_capacity(request, table, consumed, answer)
    return answer


def selection_of(statement: Select, values: Item) -> Selection:
    """The statement's columns and its WHERE clause."""
    selection = Selection({}, "")
    selection.filter = statement.where
    if statement.columns is not None:
        selection.projection = Columns(statement.columns)
    selection.values = values
    return selection


def shown_item(statement: Select, values: Item, stored: Stored | None) -> bytes | None:
    """What the statement shows of one item, if the WHERE clause holds for it."""
    if stored is None:
        return None
    item = stored.item()
    if statement.where is not None and not statement.where.evaluate(item, {}, values):
        return None
    if statement.columns is None:
        return stored.data
    return dump(Columns(statement.columns).apply(item, {}))


def encoded(member: Any) -> bytes:
    """The JSON of a member of an answer, which may be JSON already."""
    return member if type(member) is Encoded else dump(member)


def _index(table: Table, statement: Select, *, consistent: bool) -> Index | None:
    if statement.index is None:
        return None
    index = table.index(statement.index)
    if index.is_global and consistent:
        raise ValidationException("Consistent reads are not supported on global secondary indexes")
    return index


def _spans(statement: Select, values: Item, schema: KeySchema) -> tuple[list[Span], bool]:
    """What has to be read, in order, and whether backwards."""
    directions = _directions(statement, schema)
    where = statement.where
    partitions = None if where is None else partitions_of(where.test, values, schema)
    if partitions is None:
        if directions:
            raise ValidationException(
                "Must have at least one non-optional hash key condition in WHERE clause when "
                "using ORDER BY clause."
            )
        return [Span(None, None)], False
    by_hash = [directions[name] for name, _ in schema.hash if name in directions]
    if by_hash:
        partitions = in_key_order(partitions, reverse=by_hash[0])
    reverse = any(directions.get(name, False) for name, _ in schema.range)
    spans = []
    for part in partitions:
        found = [Span(low, high) for low, high in part.spans]
        spans += found[::-1] if reverse else found
    return spans, reverse


def _directions(statement: Select, schema: KeySchema) -> dict[str, bool]:
    """The attributes of ORDER BY, and whether they descend."""
    directions = {}
    if statement.order and statement.where is None:
        raise ValidationException(
            "Must have WHERE clause in the statement when using ORDER BY clause."
        )
    for path, descending in statement.order:
        name = str(path.parts[0])
        if len(path.parts) > 1 or name not in schema.names:
            raise ValidationException(
                f"Variable reference {name} in ORDER BY clause must be part of the primary key"
            )
        directions[name] = descending
    return directions


def _read(source: Source, spans: Sequence[Span], limit: int | None, *, reverse: bool) -> Page:
    """One page of all spans."""
    found = Page([], 0, False)
    for span in spans:
        page = read_page(
            source.entries,
            span.low,
            span.high,
            limit=None if limit is None else limit - len(found.entries),
            reverse=reverse,
            used=found.size,
        )
        found = Page(found.entries + page.entries, found.size + page.size, page.stopped)
        if page.stopped:
            break
    return found


def _rest(spans: list[Span], position: bytes, *, reverse: bool) -> list[Span]:
    """What is left behind a position in the order of reading."""
    for place, (low, high) in enumerate(spans):
        if (low is None or low <= position) and (high is None or position < high):
            here = Span(low, position) if reverse else Span(position + b"\0", high)
            return [here, *spans[place + 1 :]]
    raise ValidationException(OTHER_REQUEST)


def _continue(
    answer: dict[str, Any],
    parameters: dict[str, Any],
    table: Table,
    index: Index | None,
    page: Page,
) -> None:
    last = page.entries[-1].item()
    position = table.schema.position(last) if index is None else index.position(last)
    assert position is not None  # noqa: S101 - it is in the index
    mark = urlsafe_b64encode(_mark(parameters) + position)
    answer["NextToken"] = mark.decode()
    answer["LastEvaluatedKey"] = table.schema.of(last) if index is None else index.key_of(last)


def _mark(parameters: dict[str, Any]) -> bytes:
    """What a token shares with its request: the statement and its parameters."""
    same = json.dumps([parameters["Statement"], parameters.get("Parameters")], sort_keys=True)
    return hashlib.sha256(same.encode()).digest()[:16]


def _start(parameters: dict[str, Any]) -> bytes | None:
    """The position in the request's token."""
    token = parameters.get("NextToken")
    if token is None:
        return None
    try:
        read = urlsafe_b64decode(token.encode())
    except ValueError:
        read = b""
    if len(read) <= 16 or read[:16] != _mark(parameters):
        raise ValidationException(OTHER_REQUEST)
    return read[16:]
