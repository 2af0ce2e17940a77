"""TransactWriteItems: up to a hundred actions, all or none."""

from typing import Any

from embedded_dynamodb import capacity, conflicts, throttling
from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.errors import (
    ConditionalCheckFailedException,
    DuplicateItemException,
    DynamoDBError,
    TransactionCanceledException,
    ValidationException,
)
from embedded_dynamodb.items.actions import Action, Check, Delete, Put, Update
from embedded_dynamodb.items.batches import all_collection_metrics
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.keys import NO_MATCH
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.throttling import Charge
from embedded_dynamodb.transactions.tokens import Used, fingerprint
from embedded_dynamodb.writes import Write

MAX_SIZE = 4 * 1024 * 1024
ONE_ITEM = "Transaction request cannot include multiple operations on one item"
_KINDS: dict[str, type[Action]] = {
    "ConditionCheck": Check,
    "Put": Put,
    "Delete": Delete,
    "Update": Update,
}
NONE = {"Code": "None"}
# How messages on empty keys begin: they are errors of the request, whatever the other actions.
NOT_VALID = "One or more parameter values are not valid."

Answer = dict[str, Any]
Reason = dict[str, Any]


def transact_write_items(request: Request) -> Answer:
    """Applies all actions, or says for each why not."""
    parts = request.parameters["TransactItems"]
    return apply_all(request, [_action(one) for one in parts], parts)


def apply_all(request: Request, actions: list[tuple[str, Action]], parts: list[Any]) -> Answer:
    """Applies actions, each of a table by name; `parts` is what a repeated request repeats."""
    engine, parameters = request.engine, request.parameters
    token = parameters.get("ClientRequestToken")
    key = None if token is None else (request.account, request.region, token)
    mark = "" if token is None else fingerprint(parts)
    ongoing = None
    with engine.lock:
        if key is not None:
            used = engine.tokens.find(key, mark, engine.clock())
            if used is not None:
                engine.ongoing.check_token(key)
                return _repetition(request, used)
        writes = _plan(request, actions)
        engine.apply(writes)
        if key is not None:
            sizes = tuple((write.table.name, _size(write)) for write in writes)
            engine.tokens.note(key, Used(mark, engine.clock(), sizes))
        if engine.settings.transaction_seconds:
            ongoing = engine.ongoing.begin(writes, key)
    if ongoing is not None:
        engine.finish(ongoing)
    for write in writes:
        request.note_write(write.table, _consumed(write))
    answer = _capacity(request, request.writes, "Write")
    if parameters.get("ReturnItemCollectionMetrics") == "SIZE":
        answer |= all_collection_metrics(writes)
    return answer


def _action(one: dict[str, Any]) -> tuple[str, Action]:
    given = [kind for kind in _KINDS if one.get(kind) is not None]
    if not given:
        raise ValidationException(
            "1 validation error detected: Value '' at 'transactItems' failed to satisfy "
            "constraint: TransactWriteRequest should contain Delete or Put or Update or "
            "ConditionCheck"
        )
    if len(given) > 1:
        raise ValidationException(
            "TransactItems can only contain one of Check, Put, Update or Delete"
        )
    kind = given[0]
    return one[kind]["TableName"], _KINDS[kind](one[kind])


def _plan(request: Request, actions: list[tuple[str, Action]]) -> list[Write]:
    """All writes, or a reason for each action."""
    tables = [request.table(name) for name, _ in actions]
    reasons: list[Reason] = [NONE] * len(actions)
    positions = _locate(actions, tables, reasons)
    writes: list[Write] = []
    if all(reason is NONE for reason in reasons):
        for place, (_, action) in enumerate(actions):
            if request.engine.simulates and request.conflicts_with(tables[place], positions[place]):
                reasons[place] = conflicts.REASON
                continue
            try:
                writes.append(action.plan(tables[place], positions[place]))
            except DynamoDBError as error:
                reasons[place] = _reason(error)
    cancel(reasons)
    if sum(_size(write) for write in writes) > MAX_SIZE:
        raise ValidationException("Transaction request exceeds the 4MB transaction size limit")
    if request.engine.simulates and request.engine.settings.throttling:
        charges = [throttling.of_write(write, transactional=True) for write in writes]
        cancel(take_all(request, charges))
    return writes


def take_all(request: Request, charges: list[list[Charge]]) -> list[Reason]:
    """Takes the units of all actions, or none and says for each why not."""
    engine, now = request.engine, request.engine.clock()
    reasons: list[Reason] = []
    for own in charges:
        events = request.take(own)
        reasons.append(throttling.cancellation(events) if events else NONE)
    if any(reason is not NONE for reason in reasons):
        for own, reason in zip(charges, reasons, strict=True):
            if reason is NONE:
                throttling.give_back(own, engine.settings, now)
    return reasons


def cancel(reasons: list[Reason]) -> None:
    """Cancels the transaction if there is any reason for it."""
    if any(reason is not NONE for reason in reasons):
        raise TransactionCanceledException(reasons)


def _reason(error: DynamoDBError) -> Reason:
    """Why an action cancels the transaction, or the error, if it is one of the request."""
    if isinstance(error, ConditionalCheckFailedException):
        return {**error.extra, "Code": "ConditionalCheckFailed", "Message": error.message}
    if isinstance(error, DuplicateItemException):
        return {"Code": "DuplicateItem", "Message": error.message}
    if isinstance(error, ValidationException) and not error.message.startswith(NOT_VALID):
        return _invalid(error.message)
    raise error


def _locate(
    actions: list[tuple[str, Action]], tables: list[Table], reasons: list[Reason]
) -> list[bytes]:
    """The positions; a key that does not fit its table is a reason, two of one item an error."""
    positions = []
    seen = set()
    for place, (_, action) in enumerate(actions):
        table = tables[place]
        try:
            position = action.locate(table)
        except ValidationException as error:
            if not _cancels(error.message):
                raise
            reasons[place] = _invalid(error.message)
            positions.append(b"")
            continue
        if (table.name, position) in seen:
            raise ValidationException(ONE_ITEM)
        seen.add((table.name, position))
        positions.append(position)
    return positions


def _cancels(message: str) -> bool:
    """What is of a wrong type cancels; what is missing or empty is an error of the request."""
    return message == NO_MATCH or "Type mismatch" in message or "Missing the key" in message


def _invalid(message: str) -> Reason:
    return {"Code": "ValidationError", "Message": message}


def _size(write: Write) -> int:
    old = 0 if write.old is None else write.old.size
    return max(old, 0 if write.new is None else write.new.size)


def _consumed(write: Write) -> Consumed:
    return capacity.of_write(
        write.table,
        write.old,
        write.new,
        write.old_item,
        write.new_item,
        transactional=True,
    )


def _capacity(request: Request, units: dict[str, Consumed], kind: str) -> Answer:
    wanted = request.parameters.get("ReturnConsumedCapacity")
    shown = capacity.shown_all(units.items(), wanted, kind=kind)
    return {} if shown is None else {"ConsumedCapacity": shown}


def _repetition(request: Request, used: Used) -> Answer:
    """A repeated token changes nothing: it reads."""
    for name, size in used.sizes:
        consumed = Consumed(capacity.read_units(size, consistent=True) * 2)
        known = request.reads.setdefault(name, Consumed())
        known.add(consumed)
    return _capacity(request, request.reads, "Read")
