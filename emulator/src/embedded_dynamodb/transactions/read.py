"""TransactGetItems: up to a hundred items as they were at one moment."""

from typing import Any

from embedded_dynamodb import capacity, conflicts, throttling
from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.errors import TransactionCanceledException, ValidationException
from embedded_dynamodb.items.expressions_of import check_mixture
from embedded_dynamodb.items.single import Part
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.tables.keys import Item, check_key
from embedded_dynamodb.tables.stored import Stored, dump
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.transactions.write import MAX_SIZE, NONE, ONE_ITEM, cancel, take_all
from embedded_dynamodb.values import check_item


def transact_get_items(request: Request) -> dict[str, Any]:
    """Reads the items, or says for each why not."""
    gets = [one["Get"] for one in request.parameters["TransactItems"]]
    parts = []
    for get in gets:
        check_mixture(get, ("ProjectionExpression",), ())
        parts.append(Part(get))
    keys = [check_item(get["Key"]) for get in gets]
    with request.engine.lock:
        tables = [request.table(get["TableName"]) for get in gets]
        positions = locate_all(tables, keys)
        for table, part in zip(tables, parts, strict=True):
            part.check(table)
        found = read_all(request, tables, positions)
    for table, stored in zip(tables, found, strict=True):
        request.note_read(table, Consumed(_units(stored)))
    if sum(stored.size for stored in found if stored is not None) > MAX_SIZE:
        raise ValidationException("Transaction request exceeds the 4MB transaction size limit")
    answer: dict[str, Any] = {"Responses": _responses(parts, found)}
    shown = capacity.shown_all(
        request.reads.items(), request.parameters.get("ReturnConsumedCapacity"), kind="Read"
    )
    if shown is not None:
        answer["ConsumedCapacity"] = shown
    return answer


def read_all(request: Request, tables: list[Table], positions: list[bytes]) -> list[Stored | None]:
    """The latest items, or a reason for each why not; the caller holds the lock."""
    places = list(zip(tables, positions, strict=True))
    if request.engine.simulates:
        cancel(
            [
                conflicts.REASON if request.conflicts_with(table, position) else NONE
                for table, position in places
            ]
        )
    found = [table.entries.get(position) for table, position in places]
    if request.engine.settings.throttling:
        charges = [
            throttling.of_item(table, position, "Read", _units(stored))
            for (table, position), stored in zip(places, found, strict=True)
        ]
        cancel(take_all(request, charges))
    return found


def _units(stored: Stored | None) -> float:
    return capacity.of_read(stored, consistent=True) * 2


def locate_all(tables: list[Table], keys: list[Item]) -> list[bytes]:
    """The positions; a key that does not fit its table cancels, one item twice is an error."""
    positions, reasons = [], []
    for table, key in zip(tables, keys, strict=True):
        try:
            positions.append(check_key(table.schema, key))
            reasons.append(NONE)
        except ValidationException as error:
            reasons.append({"Code": "ValidationError", "Message": error.message})
    if len(positions) < len(keys):
        raise TransactionCanceledException(reasons)
    if len({(id(table), place) for table, place in zip(tables, positions, strict=True)}) < len(
        positions
    ):
        raise ValidationException(ONE_ITEM)
    return positions


def _responses(parts: list[Part], found: list[Stored | None]) -> Encoded:
    responses = []
    for part, stored in zip(parts, found, strict=True):
        item = None if stored is None else part.of(stored)
        if not item:
            responses.append(b"{}")
        else:
            responses.append(b'{"Item":%b}' % (item if type(item) is Encoded else dump(item)))
    return Encoded(b"[%b]" % b",".join(responses))
