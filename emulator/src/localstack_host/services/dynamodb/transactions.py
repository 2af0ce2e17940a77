"""TransactWriteItems for moto, at a cost that does not grow with the tables.

moto copies every touched table before a transaction. Here the conditions of all operations are
checked first, and only the items that are then written are copied, for the way back.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    InvalidUpdateExpression,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
MAX_OPERATIONS = 100

# Why an operation kept the transaction from happening: code, message, item (if asked for).
Reason = tuple[str | None, str | None, dict[str, Any] | None]
NO_REASON: Reason = (None, None, None)


@dataclass(frozen=True)
class Operation:
    """One part of a transaction; `kind` is Put, Update, Delete or ConditionCheck."""

    kind: str
    request: dict[str, Any]
    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None

    def item(self) -> Item | None:
        """The item as it is now."""
        return self.table.get_item(self.hash_key, self.range_key)


def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Does all of the operations or none, in the place of moto's own.

    Raises TransactionCanceledException with one reason for each operation.
    """
    if len(transact_items) > MAX_OPERATIONS:
        raise TooManyTransactionsException
    operations = [_parse(backend, item) for item in transact_items]
    _require_distinct(operations)
    _cancel_if_any([_unfulfilled(operation) for operation in operations])
    _write(backend, operations)


def _parse(backend: DynamoDBBackend, item: dict[str, Any]) -> Operation:
    if len(item) != 1:
        raise TransactWriteSingleOpException
    kind, request = next(iter(item.items()))
    table = backend.get_table(request["TableName"])
    hash_key, range_key = backend.get_keys_value(table, request.get("Key") or request["Item"])
    return Operation(kind, request, table, hash_key, range_key)


def _require_distinct(operations: list[Operation]) -> None:
    targets = {(op.table.name, op.hash_key, op.range_key) for op in operations}
    if len(targets) < len(operations):
        raise MultipleTransactionsException


def _unfulfilled(operation: Operation) -> Reason:
    current = operation.item()
    request = operation.request
    condition = get_filter_expression(
        request.get("ConditionExpression"),
        request.get("ExpressionAttributeNames"),
        request.get("ExpressionAttributeValues"),
    )
    if condition.expr(current):
        return NO_REASON
    wanted = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    item = current.to_json()["Attributes"] if wanted and current else None
    return ("ConditionalCheckFailed", "The conditional request failed", item)


def _cancel_if_any(reasons: list[Reason]) -> None:
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)


def _write(backend: DynamoDBBackend, operations: list[Operation]) -> None:
    """Applies the operations; if one cannot be applied, those before it are taken back."""
    before: list[tuple[Operation, Item | None]] = []
    reasons = [NO_REASON] * len(operations)
    for index, operation in enumerate(operations):
        before.append((operation, copy.deepcopy(operation.item())))
        try:
            _apply(backend, operation)
        except InvalidUpdateExpression:  # whatever the item is: the request itself is wrong
            _restore(before)
            raise
        except MockValidationException as error:
            _restore(before)
            reasons[index] = ("ValidationError", error.message, None)
            raise TransactionCanceledException(reasons) from error
        except Exception:  # what moto did not foresee: nothing may stay half done
            _restore(before)
            raise


def _apply(backend: DynamoDBBackend, operation: Operation) -> None:
    request = operation.request
    if operation.kind == "Put":
        backend.put_item(request["TableName"], request["Item"])
    elif operation.kind == "Delete":
        backend.delete_item(request["TableName"], request["Key"])
    elif operation.kind == "Update":
        backend.update_item(
            request["TableName"],
            request["Key"],
            request["UpdateExpression"],
            request.get("ExpressionAttributeNames", {}),
            request.get("ExpressionAttributeValues", {}),
        )


def _restore(before: list[tuple[Operation, Item | None]]) -> None:
    for operation, item in reversed(before):
        restore(operation.table, operation.hash_key, operation.range_key, item)


def restore(
    table: Table, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None
) -> None:
    """Puts `item` back under its key; None means that there was nothing."""
    if item is None:
        table.delete_item(hash_key, range_key)
    elif range_key is None:
        table.items[hash_key] = item  # type: ignore[assignment] # as moto has it
    else:
        table.items[hash_key][range_key] = item
