"""BatchGetItem and BatchWriteItem: many items at once, each for itself."""

from typing import Any, NamedTuple

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
    found: dict[str, list[Stored]] = {name: [] for name in wanted}
    left: dict[str, list[Item]] = {}
    with request.engine.lock:
        reads = _reads(request, wanted)
        sizes = _Sizes(reads)
        for read in reads:
            fits = sizes.take(read)
            if fits and not _throttled(request, read):
                _note(request, read, read.stored)
                if read.stored is not None:
                    found[read.table_name].append(read.stored)
                continue
            left.setdefault(read.table_name, []).append(read.key)
            if not fits:
                # AWS counts it as the smallest read there is.
                _note(request, read, None)
    if request.throttle_events and not request.reads:
        raise throttling.refusal(list(request.throttle_events))
    return _answer(request, wanted, found, left)


class _Read(NamedTuple):
    """One key, and what is there."""

    table_name: str
    table: Table
    key: Item
    position: bytes
    stored: Stored | None
    consistent: bool

    @property
    def size(self) -> int:
        return 0 if self.stored is None else self.stored.size

    @property
    def partition(self) -> tuple[str, bytes]:
        """A small provisioned table has one, else each partition key value is one."""
        if has_one_partition(self.table.settings):
            return self.table.name, b""
        return self.table.name, self.table.schema.partition(self.key)


def _reads(request: Request, wanted: dict[str, _Wanted]) -> list[_Read]:
    """All keys are checked before anything is read; the caller holds the lock."""
    tables = _tables(request, wanted)
    positions = {name: _positions(tables[name], one.keys) for name, one in wanted.items()}
    for name, one in wanted.items():
        one.part.check(tables[name])
    reads = []
    for name, one in wanted.items():
        table = tables[name]
        entries = entries_at(table, moment_of(request.engine, consistent=one.consistent))
        reads += [
            _Read(name, table, key, position, entries.get(position), one.consistent)
            for key, position in zip(one.keys, positions[name], strict=True)
        ]
    return reads


class _Sizes:
    """How much is read, of each partition and together."""

    def __init__(self, reads: list[_Read]) -> None:
        # Most batches are small: then nothing has to be counted.
        self._all_fit = sum(read.size for read in reads) <= MAX_PARTITION_SIZE
        self._together = 0
        self._partitions: dict[tuple[str, bytes], int] = {}

    def take(self, read: _Read) -> bool:
        """Whether the item fits; then it is counted."""
        if self._all_fit or not read.size:
            return True
        partition = read.partition
        there = self._partitions.get(partition, 0) + read.size
        if there > MAX_PARTITION_SIZE or self._together + read.size > MAX_ANSWER_SIZE:
            return False
        self._partitions[partition] = there
        self._together += read.size
        return True


def _throttled(request: Request, read: _Read) -> bool:
    if not request.engine.settings.throttling:
        return False
    units = capacity.of_read(read.stored, consistent=read.consistent)
    return bool(request.take(throttling.of_item(read.table, read.position, "Read", units)))


def _positions(table: Table, keys: list[Item]) -> list[bytes]:
    positions = [check_key(table.schema, key) for key in keys]
    if len(set(positions)) < len(positions):
        raise ValidationException(DUPLICATES)
    return positions


def _note(request: Request, read: _Read, stored: Stored | None) -> None:
    units = capacity.of_read(stored, consistent=read.consistent)
    request.note_read(read.table, Consumed(units))


def _answer(
    request: Request,
    wanted: dict[str, _Wanted],
    found: dict[str, list[Stored]],
    left: dict[str, list[Item]],
) -> Answer:
    tables = [
        b"%b:[%b]"
        % (dump(name), b",".join([_json(wanted[name].part.of(stored)) for stored in stored_items]))
        for name, stored_items in found.items()
    ]
    answer: Answer = {
        "Responses": Encoded(b"{%b}" % b",".join(tables)),
        "UnprocessedKeys": {
            name: {**wanted[name].parameters, "Keys": keys} for name, keys in left.items()
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
