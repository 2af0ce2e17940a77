"""BatchGetItem and BatchWriteItem: many items at once, each for itself."""

from typing import Any

from embedded_dynamodb import capacity, throttling
from embedded_dynamodb.capacity import Consumed, has_one_partition
from embedded_dynamodb.consistency import entries_at, moment_of
from embedded_dynamodb.errors import ResourceNotFoundException, ValidationException
from embedded_dynamodb.items.actions import Action, Delete, Put
from embedded_dynamodb.items.expressions_of import check_mixture
from embedded_dynamodb.items.single import Part, collection_metrics
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.tables.keys import Item, check_key
from embedded_dynamodb.tables.stored import Stored, dump
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.throttling import ThrottleEvent
from embedded_dynamodb.values import MAX_ITEM_SIZE, check_item
from embedded_dynamodb.writes import Write

MAX_WRITES = 25
MAX_KEYS = 100
MAX_ANSWER_SIZE = 16 * 1024 * 1024
# AWS reads about a megabyte of a partition: what it still returns was measured there.
MAX_PARTITION_SIZE = 1024 * 1024 + MAX_ITEM_SIZE - 3
DUPLICATES = "Provided list of item keys contains duplicates"
SEVERAL = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
    "supported datatypes"
)

Answer = dict[str, Any]


def batch_write_item(request: Request) -> Answer:
    """Puts and deletes up to 25 items; nothing is written if one of them is not valid."""
    by_table = _requests(request, "BatchWriteItem")
    if sum(len(requests) for requests in by_table.values()) > MAX_WRITES:
        raise ValidationException("Too many items requested for the BatchWriteItem call")
    actions = {name: [_action(one) for one in requests] for name, requests in by_table.items()}
    with request.engine.lock:
        planned = _plan(request, actions)
        writes, left = _accepted(request, planned, by_table)
        request.engine.apply(writes)
    for write in writes:
        consumed = capacity.of_write(
            write.table, write.old, write.new, write.old_item, write.new_item
        )
        request.note_write(write.table, consumed)
    answer: Answer = {"UnprocessedItems": left}
    wanted = request.parameters.get("ReturnConsumedCapacity")
    units = capacity.shown_all(request.writes.items(), wanted)
    if units is not None:
        answer["ConsumedCapacity"] = units
    if request.parameters.get("ReturnItemCollectionMetrics") == "SIZE":
        answer |= all_collection_metrics(writes)
    return answer


def _accepted(
    request: Request, planned: list[Write], by_table: dict[str, Any]
) -> tuple[list[Write], dict[str, Any]]:
    """What is written, and the requests that are left: throttled, or in another's transaction."""
    engine = request.engine
    if not engine.simulates:
        return planned, {}
    writes: list[Write] = []
    left: dict[str, Any] = {}
    events: list[ThrottleEvent] = []
    requests = [(name, one) for name, group in by_table.items() for one in group]
    for write, (name, one) in zip(planned, requests, strict=True):
        conflicts = request.conflicts_with(write.table, write.position)
        if not conflicts and engine.settings.throttling:
            refused = request.take(throttling.of_write(write))
        else:
            refused = []
        if conflicts or refused:
            left.setdefault(name, []).append(one)
            events += refused
        else:
            writes.append(write)
    if events and not writes and not request.conflicts:
        raise throttling.refusal(events, batch=True)
    return writes, left


def all_collection_metrics(writes: list[Write]) -> Answer:
    """ItemCollectionMetrics by table, of tables that have local indexes."""
    metrics: dict[str, list[Answer]] = {}
    for write in writes:
        if write.table.has_local_indexes:
            found = metrics.setdefault(write.table.name, [])
            one = collection_metrics(write)
            if one not in found:
                found.append(one)
    return {"ItemCollectionMetrics": metrics} if metrics else {}


def _requests(request: Request, operation: str) -> dict[str, Any]:
    found: dict[str, Any] | None = request.parameters.get("RequestItems")
    if not found:
        raise ValidationException(f"The requestItems parameter is required for {operation}")
    return found


def _action(one: dict[str, Any]) -> Action:
    given = [name for name in ("PutRequest", "DeleteRequest") if one.get(name) is not None]
    if len(given) != 1:
        raise ValidationException(SEVERAL)
    return Put(one["PutRequest"]) if given[0] == "PutRequest" else Delete(one["DeleteRequest"])


def _plan(request: Request, actions: dict[str, list[Action]]) -> list[Write]:
    """All writes, or the first reason why there are none."""
    writes = []
    seen = set()
    tables = {name: request.table(name) for name in actions}
    for name, group in actions.items():
        table = tables[name]
        for action in group:
            position = _locate(action, table)
            if (table.name, position) in seen:
                raise ValidationException(DUPLICATES)
            seen.add((table.name, position))
            writes.append(action.plan(table, position))
    return writes


def _locate(action: Action, table: Table) -> bytes:
    """A put without its key says here what a delete says."""
    if isinstance(action, Put) and not table.schema.is_in(action.item):
        raise ValidationException("The provided key element does not match the schema")
    return action.locate(table)


class _Wanted:
    """The keys that are asked for in one table."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        check_mixture(parameters, ("ProjectionExpression",), ("AttributesToGet",))
        self.part = Part(parameters)
        self.consistent = parameters.get("ConsistentRead") is True
        self.parameters = parameters
        self.keys = [check_item(key) for key in parameters["Keys"]]
        # What is found, in the order of the keys, and what becomes of it.
        self.table: Table
        self.positions: list[bytes]
        self.stored: list[Stored | None]
        self.found: list[Stored] = []
        self.left: list[Item] = []


def _tables(request: Request, wanted: dict[str, _Wanted]) -> dict[str, Table]:
    """The tables; that a key is there twice is said before that a table is missing."""
    try:
        return {name: request.table(name) for name in wanted}
    except ResourceNotFoundException:
        for one in wanted.values():
            if any(key in one.keys[:place] for place, key in enumerate(one.keys)):
                raise ValidationException(DUPLICATES) from None
        raise


def batch_get_item(request: Request) -> Answer:
    """Reads up to 100 items, 16 MB, and 1 MB of a partition.

    What does not fit is left to be asked for again.
    """
    by_table = _requests(request, "BatchGetItem")
    wanted = {name: _Wanted(parameters) for name, parameters in by_table.items()}
    if sum(len(one.keys) for one in wanted.values()) > MAX_KEYS:
        raise ValidationException("Too many items requested for the BatchGetItem call")
    with request.engine.lock:
        _look(request, wanted)
        sizes = None if _all_fit(wanted) else _Sizes()
        for one in wanted.values():
            _read(request, one, sizes)
    if request.throttle_events and not request.reads:
        raise throttling.refusal(list(request.throttle_events))
    return _answer(request, wanted)


def _look(request: Request, wanted: dict[str, _Wanted]) -> None:
    """Finds what is there: all keys are checked before. The caller holds the lock."""
    tables = _tables(request, wanted)
    for name, one in wanted.items():
        one.positions = _positions(tables[name], one.keys)
    for name, one in wanted.items():
        one.part.check(tables[name])
    for name, one in wanted.items():
        one.table = tables[name]
        entries = entries_at(one.table, moment_of(request.engine, consistent=one.consistent))
        one.stored = [entries.get(position) for position in one.positions]


def _read(request: Request, one: _Wanted, sizes: "_Sizes | None") -> None:
    """Takes what fits and is not throttled; the rest is left."""
    units = 0.0
    throttles = request.engine.settings.throttling
    for key, position, stored in zip(one.keys, one.positions, one.stored, strict=True):
        fits = sizes is None or stored is None or sizes.take(one.table, key, stored.size)
        # AWS counts what does not fit as the smallest read there is.
        needed = capacity.of_read(stored if fits else None, consistent=one.consistent)
        charges = throttling.of_item(one.table, position, "Read", needed) if throttles else []
        taken = not (charges and request.take(charges))
        units += needed if taken else 0.0
        if not taken or not fits:
            one.left.append(key)
        elif stored is not None:
            one.found.append(stored)
    if units:
        request.note_read(one.table, Consumed(units))


def _all_fit(wanted: dict[str, _Wanted]) -> bool:
    """Whether a batch is so small, as most are, that partitions need not be looked at."""
    sizes = (stored.size for one in wanted.values() for stored in one.stored if stored is not None)
    return sum(sizes) <= MAX_PARTITION_SIZE


class _Sizes:
    """How much is read, of each partition and together."""

    def __init__(self) -> None:
        self._together = 0
        self._partitions: dict[tuple[str, bytes], int] = {}

    def take(self, table: Table, key: Item, size: int) -> bool:
        """Whether an item fits; then it is counted.

        A small provisioned table has one partition, of others each partition key value is one.
        """
        one = has_one_partition(table.settings)
        partition = (table.name, b"" if one else table.schema.partition(key))
        there = self._partitions.get(partition, 0) + size
        if there > MAX_PARTITION_SIZE or self._together + size > MAX_ANSWER_SIZE:
            return False
        self._partitions[partition] = there
        self._together += size
        return True


def _positions(table: Table, keys: list[Item]) -> list[bytes]:
    positions = [check_key(table.schema, key) for key in keys]
    if len(set(positions)) < len(positions):
        raise ValidationException(DUPLICATES)
    return positions


def _answer(request: Request, wanted: dict[str, _Wanted]) -> Answer:
    tables = [
        b"%b:[%b]" % (dump(name), b",".join([_json(one.part.of(stored)) for stored in one.found]))
        for name, one in wanted.items()
    ]
    answer: Answer = {
        "Responses": Encoded(b"{%b}" % b",".join(tables)),
        "UnprocessedKeys": {
            name: {**one.parameters, "Keys": one.left} for name, one in wanted.items() if one.left
        },
    }
    units = capacity.shown_all(
        request.reads.items(), request.parameters.get("ReturnConsumedCapacity")
    )
    if units is not None:
        answer["ConsumedCapacity"] = units
    return answer


def _json(part: Any) -> bytes:
    return part if type(part) is Encoded else dump(part)
