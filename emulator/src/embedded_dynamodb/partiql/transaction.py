"""ExecuteTransaction: up to a hundred statements, all or none."""

from typing import Any

from embedded_dynamodb import capacity
from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.partiql.actions import action_of, where_key
from embedded_dynamodb.partiql.select import shown_item
from embedded_dynamodb.partiql.statements import Select, Statement
from embedded_dynamodb.partiql.targets import bound_statement, table_of
from embedded_dynamodb.request import Encoded, Request
from embedded_dynamodb.tables.keys import Item
from embedded_dynamodb.transactions.read import locate_all, read_all
from embedded_dynamodb.transactions.write import apply_all

Answer = dict[str, Any]


def execute_transaction(request: Request) -> Answer:
    """Runs statements that all read, or that all write or check."""
    given = request.parameters["TransactStatements"]
    bound = [bound_statement(one) for one in given]
    if any(parsed.returning for parsed, _ in bound):
        raise ValidationException("The RETURNING clause is not supported within transactions")
    reads = [(parsed, values) for parsed, values in bound if isinstance(parsed, Select)]
    if len(reads) == len(bound):
        return _read(request, reads)
    if reads:
        raise ValidationException(
            "ExecuteTransaction takes statements that all read or that all write, not both"
        )
    return _write(request, bound, given)


def _write(
    request: Request, bound: list[tuple[Statement, Item]], given: list[dict[str, Any]]
) -> Answer:
    actions = []
    for (parsed, values), parameters in zip(bound, given, strict=True):
        shows_item = parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        actions.append((parsed.table, action_of(parsed, values, shows_item=shows_item)))
    with request.engine.lock:
        for name, _ in actions:
            table_of(request, name)
    return {"Responses": [], **apply_all(request, actions, given)}


def _read(request: Request, reads: list[tuple[Select, Item]]) -> Answer:
    if any(parsed.index is not None for parsed, _ in reads):
        raise ValidationException("Reads on indices are not supported within transactions.")
    with request.engine.lock:
        tables = [table_of(request, parsed.table) for parsed, _ in reads]
        keys = [
            where_key(parsed.where, values, table)
            for (parsed, values), table in zip(reads, tables, strict=True)
        ]
        found = read_all(request, tables, locate_all(tables, keys))
    responses = []
    for (parsed, values), table, stored in zip(reads, tables, found, strict=True):
        size = 0 if stored is None else stored.size
        request.note_read(table, Consumed(capacity.read_units(size, consistent=True) * 2))
        item = shown_item(parsed, values, stored)
        responses.append(b"{}" if item is None else b'{"Item":%b}' % item)
    answer: Answer = {"Responses": Encoded(b"[%b]" % b",".join(responses))}
    shown = capacity.shown_all(
        request.reads.items(), request.parameters.get("ReturnConsumedCapacity"), kind="Read"
    )
    if shown is not None:
        answer["ConsumedCapacity"] = shown
    return answer
