"""PutItem, UpdateItem, DeleteItem and GetItem."""

from typing import Any

from embedded_dynamodb import capacity, throttling
from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.consistency import entries_at, moment_of
from embedded_dynamodb.errors import (
    ConditionalCheckFailedException,
    TransactionConflictException,
    ValidationException,
)
from embedded_dynamodb.expressions import at_paths, projection
from embedded_dynamodb.expressions.legacy import legacy_projection
from embedded_dynamodb.items.actions import Action, Delete, Put, Update
from embedded_dynamodb.items.expressions_of import check_mixture, check_scalars, placeholders_of
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.tables.keys import check_key
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.values import check_item
from embedded_dynamodb.writes import Write

Answer = dict[str, Any]


def put_item(request: Request) -> Answer:
    """Puts an item."""
    _check_return_values(request)
    return _write(request, Put(request.parameters))


def delete_item(request: Request) -> Answer:
    """Deletes an item."""
    _check_return_values(request)
    return _write(request, Delete(request.parameters))


def update_item(request: Request) -> Answer:
    """Changes an item or makes one."""
    return _write(request, Update(request.parameters))


def get_item(request: Request) -> Answer:
    """Reads an item."""
    parameters = request.parameters
    check_mixture(parameters, ("ProjectionExpression",), ("AttributesToGet",))
    key = check_item(parameters["Key"])
    part = Part(parameters)
    consistent = parameters.get("ConsistentRead") is True
    with request.engine.lock:
        table = request.table(parameters["TableName"])
        position = check_key(table.schema, key)
        part.check(table)
        if request.engine.simulates:
            stored = read_one(request, table, position, consistent=consistent)
        else:
            stored = table.entries.get(position)
    answer: Answer = {}
    if stored is not None:
        answer["Item"] = part.of(stored)
    if request.counts():
        consumed = Consumed(capacity.of_read(stored, consistent=consistent))
        request.note_read(table, consumed)
        show_capacity(request, table, consumed, answer)
    return answer


def read_one(request: Request, table: Table, position: bytes, *, consistent: bool) -> Stored | None:
    """The item that the request sees, unless it is throttled; the caller holds the lock."""
    engine = request.engine
    stored = entries_at(table, moment_of(engine, consistent=consistent)).get(position)
    if engine.settings.throttling:
        units = capacity.of_read(stored, consistent=consistent)
        request.throttle(throttling.of_item(table, position, "Read", units))
    return stored


class Part:
    """Which part of an item is asked for."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.names: dict[str, str] = {}
        self.projection = None
        text = parameters.get("ProjectionExpression")
        if text is not None:
            placeholders = placeholders_of(parameters)
            self.projection = projection(text)
            placeholders.use(self.projection)
            placeholders.finish()
            self.names = placeholders.names
        elif parameters.get("AttributesToGet") is not None:
            self.projection = legacy_projection(parameters["AttributesToGet"])

    def check(self, table: Table) -> None:
        """Raises if it would be a part of a key attribute."""
        check_scalars(table, self.names, self.projection)

    def of(self, stored: Stored) -> Any:
        """That part, as a member of an answer."""
        if self.projection is None:
            return Encoded(stored.data)
        return self.projection.apply(stored.item(), self.names)


def _check_return_values(request: Request) -> None:
    if request.parameters.get("ReturnValues", "NONE") not in ("NONE", "ALL_OLD"):
        raise ValidationException("ReturnValues can only be ALL_OLD or NONE")


def _write(request: Request, action: Action) -> Answer:
    with request.engine.lock:
        table = request.table(request.parameters["TableName"])
        write = apply_one(request, table, action)
    answer: Answer = {}
    attributes = returned(request.parameters.get("ReturnValues", "NONE"), write, action)
    if attributes:
        answer["Attributes"] = attributes
    if request.counts():
        consumed = consumed_by_write(write)
        request.note_write(table, consumed)
        show_capacity(request, table, consumed, answer)
    if request.parameters.get("ReturnItemCollectionMetrics") == "SIZE" and table.has_local_indexes:
        answer["ItemCollectionMetrics"] = collection_metrics(write)
    return answer


def apply_one(request: Request, table: Table, action: Action) -> Write:
    """Applies an action if its condition holds; the caller holds the lock."""
    position = action.locate(table)
    engine = request.engine
    if engine.simulates and request.conflicts_with(table, position):
        raise TransactionConflictException
    try:
        write = action.plan(table, position)
    except ConditionalCheckFailedException:
        stored = table.entries.get(position)
        units = capacity.write_units(0 if stored is None else stored.size)
        if engine.settings.throttling:
            request.throttle(throttling.of_item(table, position, "Write", units))
        request.note_write(table, Consumed(units))
        raise
    if engine.simulates and engine.settings.throttling:
        request.throttle(throttling.of_write(write))
    engine.apply((write,))
    return write


def consumed_by_write(write: Write) -> Consumed:
    """The units of a write of its own."""
    return capacity.of_write(write.table, write.old, write.new, write.old_item, write.new_item)


def returned(wanted: str, write: Write, action: Action) -> Any:
    """What ReturnValues asks for."""
    if wanted == "NONE":
        return None
    if wanted == "ALL_OLD":
        return None if write.old is None else Encoded(write.old.data)
    if wanted == "ALL_NEW":
        return None if write.new is None else Encoded(write.new.data)
    item = write.old_item if wanted == "UPDATED_OLD" else write.new_item
    return at_paths(item or {}, action.paths) if write.old or item else None


def collection_metrics(write: Write) -> Answer:
    """The item collection that a write belongs to; none is near a gigabyte here."""
    source = write.new_item or write.old_item or {}
    keys = {name: source[name] for name, _ in write.table.schema.hash if name in source}
    return {"ItemCollectionKey": keys, "SizeEstimateRangeGB": [0.0, 1.0]}


def show_capacity(request: Request, table: Table, consumed: Consumed, answer: Answer) -> None:
    """Adds ConsumedCapacity if the request asks for it."""
    wanted = request.parameters.get("ReturnConsumedCapacity")
    if wanted in ("TOTAL", "INDEXES"):
        answer["ConsumedCapacity"] = capacity.shown(table.name, consumed, wanted)
