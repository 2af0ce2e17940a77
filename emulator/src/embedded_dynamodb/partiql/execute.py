"""ExecuteStatement and BatchExecuteStatement."""

from typing import Any

from embedded_dynamodb import capacity
from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.errors import DynamoDBError, ValidationException
from embedded_dynamodb.items.single import (
    apply_one,
    consumed_by_write,
    read_one,
    returned,
    show_capacity,
)
from embedded_dynamodb.partiql.actions import action_of
from embedded_dynamodb.partiql.keys import key_of
from embedded_dynamodb.partiql.select import encoded, select, shown_item
from embedded_dynamodb.partiql.statements import Exists, Select, Statement
from embedded_dynamodb.partiql.targets import bound_statement, table_of
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.tables.keys import Item, check_key
from embedded_dynamodb.tables.stored import dump
from embedded_dynamodb.tables.table import Table

NO_PRIMARY_KEY = (
    "Select statements within BatchExecuteStatement must specify the primary key in the where "
    "clause."
)
_CODES = {"ValidationException": "ValidationError", "ThrottlingException": "ThrottlingError"}

Answer = dict[str, Any]


def execute_statement(request: Request) -> Answer:
    """Reads a page or writes an item."""
    parsed, values = bound_statement(request.parameters)
    if isinstance(parsed, Select):
        return select(request, parsed, values)
    item, table, consumed = _write(request, parsed, values, request.parameters)
    answer: Answer = {"Items": [] if item is None else Encoded(b"[%b]" % item)}
    show_capacity(request, table, consumed, answer)
    return answer


def batch_execute_statement(request: Request) -> Answer:
    """Runs up to 25 statements, each for itself: all of them read, or all of them write."""
    given = request.parameters["Statements"]
    prepared = [_prepared(one) for one in given]
    kinds = {one[0].reads for one in prepared if not isinstance(one, DynamoDBError)}
    if len(kinds) > 1:
        raise ValidationException(
            "BatchExecuteStatement takes statements that all read or that all write, not both"
        )
    answer: Answer = {
        "Responses": Encoded(
            b"[%b]"
            % b",".join(
                [_response(request, one, own) for one, own in zip(prepared, given, strict=True)]
            )
        )
    }
    units = capacity.shown_all(
        [*request.reads.items(), *request.writes.items()],
        request.parameters.get("ReturnConsumedCapacity"),
    )
    if units is not None:
        answer["ConsumedCapacity"] = units
    return answer


def _prepared(one: dict[str, Any]) -> tuple[Statement, Item] | DynamoDBError:
    """A statement that is wrong is so in its own response, not in those of the others."""
    try:
        return bound_statement(one)
    except DynamoDBError as error:
        return error


def _response(
    request: Request, one: tuple[Statement, Item] | DynamoDBError, parameters: dict[str, Any]
) -> bytes:
    if isinstance(one, DynamoDBError):
        return dump({"Error": _error(one)})
    parsed, values = one
    try:
        if isinstance(parsed, Select):
            item = _get(request, parsed, values, parameters)
        else:
            item, _, _ = _write(request, parsed, values, parameters)
    except DynamoDBError as error:
        return dump({"Error": _error(error), "TableName": parsed.table})
    if item is None:
        return dump({"TableName": parsed.table})
    return b'{"TableName":%b,"Item":%b}' % (dump(parsed.table), item)


def _error(error: DynamoDBError) -> Answer:
    code = _CODES.get(error.code, error.code.removesuffix("Exception"))
    shown = {"Code": code, "Message": error.message}
    # Of the further fields the API knows only the item here.
    return {**shown, "Item": error.extra["Item"]} if "Item" in error.extra else shown


def _get(
    request: Request, parsed: Select, values: Item, parameters: dict[str, Any]
) -> bytes | None:
    consistent = parameters.get("ConsistentRead") is True
    with request.engine.lock:
        table = table_of(request, parsed.table)
        where = parsed.where
        key = None if where is None else key_of(where.test, values, table.schema)
        if key is None or parsed.index is not None:
            raise ValidationException(NO_PRIMARY_KEY)
        stored = read_one(request, table, check_key(table.schema, key), consistent=consistent)
    request.note_read(table, Consumed(capacity.of_read(stored, consistent=consistent)))
    return shown_item(parsed, values, stored)


def _write(
    request: Request, parsed: Statement, values: Item, parameters: dict[str, Any]
) -> tuple[bytes | None, Table, Consumed]:
    """Applies a statement: what RETURNING asks for, and what it consumed."""
    if isinstance(parsed, Exists):
        raise ValidationException("EXISTS is only supported within transactions")
    shows_item = parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    action = action_of(parsed, values, shows_item=shows_item)
    with request.engine.lock:
        write = apply_one(request, table_of(request, parsed.table), action)
    consumed = consumed_by_write(write)
    request.note_write(write.table, consumed)
    found = returned(parsed.returning or "NONE", write, action)
    return (encoded(found) if found else None), write.table, consumed
