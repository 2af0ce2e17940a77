"""DynamoDB as the adapters use it: plain Python values in, plain Python values out."""

from __future__ import annotations

import base64
import binascii
import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from checkout.domain.errors import Contended, InvalidCursor

Item = dict[str, Any]

BATCH = 100  # BatchGetItem's limit
ATTEMPTS = 8  # with the delays below: about 3 seconds, well inside a step's timeout
FIRST_WAIT_S = 0.02
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
BUSY = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
}

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class ConditionFailed(Exception):
    """A condition of a write did not hold. `old` is the item that stood in the way."""

    def __init__(self, old: Item | None = None) -> None:
        super().__init__("The condition did not hold")
        self.old = old


class TransactionRefused(Exception):
    """Conditions of a transaction did not hold.

    `failed` has their positions; `old` has, by position, the items that stood in the way, of
    steps made by `returning_old_item`.
    """

    def __init__(self, failed: Mapping[int, Item | None]) -> None:
        super().__init__(f"Conditions {list(failed)} did not hold")
        self.failed = tuple(failed)
        self.old = {position: item for position, item in failed.items() if item is not None}


def encode(item: Mapping[str, Any]) -> Item:
    """Python values as DynamoDB's attribute values."""
    return {key: _serialize(value) for key, value in item.items()}


def decode(item: Mapping[str, Any]) -> Item:
    """DynamoDB's attribute values as Python values; numbers that are whole are integers."""
    return {key: _value(attribute) for key, attribute in item.items()}


def _value(attribute: Any) -> Any:
    """One pass for what items consist of; boto3 has the rest, and a decimal for each number."""
    ((kind, content),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return _number(content)
        case "M":
            return decode(content)
        case "L":
            return [_value(element) for element in content]
        case _:
            return _deserialize(attribute)


def _number(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        number = Decimal(text)
    return int(number) if number.is_finite() and number == int(number) else number


@dataclass(frozen=True)
class Table:
    """One table. `client` is boto3's DynamoDB client."""

    client: Any
    name: str

    def get(self, key: Mapping[str, Any]) -> Item | None:
        """The item as of now (a strongly consistent read)."""
        response = self.client.get_item(TableName=self.name, Key=encode(key), ConsistentRead=True)
        return decode(response["Item"]) if "Item" in response else None

    def get_many(self, keys: Iterable[Mapping[str, Any]]) -> list[Item]:
        """The items that exist, in no order, strongly consistent. Equal keys count once."""
        unique = list({json.dumps(key, sort_keys=True): encode(key) for key in keys}.values())
        items: list[Item] = []
        for start in range(0, len(unique), BATCH):
            items += self._get_batch(unique[start : start + BATCH])
        return items

    def _get_batch(self, keys: list[Item]) -> list[Item]:
        items: list[Item] = []
        for wait in backoff_delays():
            request = {self.name: {"Keys": keys, "ConsistentRead": True}}
            response = self.client.batch_get_item(RequestItems=request)
            items += [decode(item) for item in response["Responses"].get(self.name, [])]
            keys = response.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if not keys:
                return items
            time.sleep(wait)
        raise Contended(f"{len(keys)} items of {self.name} could not be read")

    def snapshot(self, keys: Iterable[Mapping[str, Any]]) -> list[Item | None]:
        """At most 100 items as they were at one moment, in the order of their keys.

        Raises `Contended` if writers kept coming in between.
        """
        gets = [{"Get": {"TableName": self.name, "Key": encode(key)}} for key in keys]
        for wait in backoff_delays():
            try:
                response = self.client.transact_get_items(TransactItems=gets)
            except ClientError as error:
                _failed_conditions(error)  # raises what is no conflict
                time.sleep(wait)
            else:
                items = response["Responses"]
                return [decode(one["Item"]) if one.get("Item") else None for one in items]
        raise Contended(f"Items of {self.name} kept changing while they were read")

    def put_if_absent(self, item: Mapping[str, Any], key: str) -> None:
        """Writes a new item, or raises `ConditionFailed` if there is one."""
        self._write(
            self.client.put_item,
            Item=encode(item),
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": key},
        )

    def update(
        self,
        key: Mapping[str, Any],
        expression: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, Any],
    ) -> None:
        """Changes an item, or raises `ConditionFailed` with the item as it is."""
        self._write(
            self.client.update_item,
            Key=encode(key),
            UpdateExpression=expression,
            ConditionExpression=condition,
            **_placeholders(names, values),
        )

    def _write(self, call: Any, **arguments: Any) -> None:
        """Tries again while the item is busy: botocore does not for a transaction's conflict.

        Raises `Contended` if it stays so.
        """
        for wait in backoff_delays():
            try:
                call(
                    TableName=self.name,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **arguments,
                )
            except ClientError as error:
                if _code(error) == "ConditionalCheckFailedException":
                    old: Any = error.response.get("Item")
                    raise ConditionFailed(decode(old) if old else None) from error
                if _code(error) not in BUSY:
                    raise
                time.sleep(wait)
            else:
                return
        raise Contended(f"An item of {self.name} stayed busy")

    def query(self, condition: str, values: Mapping[str, Any], **options: Any) -> Iterator[Item]:
        """All items that match, page by page. `options` go to Query as they are."""
        start: dict[str, Any] = {}
        while True:
            response = self._query(condition, values, **options, **start)
            yield from (decode(item) for item in response["Items"])
            if "LastEvaluatedKey" not in response:
                return
            start = {"ExclusiveStartKey": response["LastEvaluatedKey"]}

    def scan(self, prefix: Mapping[str, str]) -> Iterator[Item]:
        """All items whose attribute begins with `prefix`; scans the whole table."""
        ((name, begin),) = prefix.items()
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.name,
            ConsistentRead=True,
            FilterExpression="begins_with(#name, :begin)",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues=encode({":begin": begin}),
        )
        for page in pages:
            yield from (decode(item) for item in page["Items"])

    def page(
        self,
        condition: str,
        values: Mapping[str, Any],
        limit: int,
        cursor: str | None,
        keys: Mapping[str, str | None],
        **options: Any,
    ) -> tuple[list[Item], str | None]:
        """One page of a query, and the cursor of the next. Raises `InvalidCursor`.

        `keys` are the key attributes of the table and the index, which a cursor consists of, with
        the value that each must have, None for any.
        """
        start = {"ExclusiveStartKey": read_cursor(cursor, keys)} if cursor else {}
        try:
            response = self._query(condition, values, Limit=limit, **options, **start)
        except ClientError as error:
            if cursor and _code(error) == "ValidationException":
                raise InvalidCursor(cursor) from error
            raise
        last = response.get("LastEvaluatedKey")
        return [decode(item) for item in response["Items"]], write_cursor(last) if last else None

    def _query(self, condition: str, values: Mapping[str, Any], **options: Any) -> Any:
        return self.client.query(
            TableName=self.name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=encode(values),
            **options,
        )


def put_step(
    table: Table,
    item: Mapping[str, Any],
    condition: str,
    values: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> Item:
    """A Put of a transaction."""
    return {
        "Put": {
            "TableName": table.name,
            "Item": encode(item),
            "ConditionExpression": condition,
            **_placeholders(names or {}, values or {}),
        }
    }


def update_step(
    table: Table,
    key: Mapping[str, Any],
    expression: str,
    condition: str | None,
    values: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
) -> Item:
    """An Update of a transaction."""
    return {
        "Update": {
            "TableName": table.name,
            "Key": encode(key),
            "UpdateExpression": expression,
            **({"ConditionExpression": condition} if condition else {}),
            **_placeholders(names or {}, values),
        }
    }


def counts(name: str, least: str, most: str = "") -> str:
    """The condition that an attribute is a number from `least` to `most`, which are placeholders.

    The type is checked first, with `NUMBER`: only numbers can be compared with numbers.
    """
    bounds = [f"{name} >= {least}", *([f"{name} <= {most}"] if most else [])]
    return " AND ".join([f"attribute_type({name}, :number)", *bounds])


NUMBER = {":number": "N"}


def returning_old_item(step: Item) -> Item:
    """The step, so that a refusal comes with the item that stood in the way."""
    return_old = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {kind: {**request, **return_old} for kind, request in step.items()}


def transact(client: Any, steps: Sequence[Item]) -> None:
    """Writes all steps or none.

    A conflict with another transaction says nothing about the conditions, so it is tried again,
    with full jitter. Raises `TransactionRefused` if a condition does not hold, `Contended` if
    others kept winning.
    """
    for wait in backoff_delays():
        try:
            client.transact_write_items(TransactItems=list(steps))
        except ClientError as error:
            failed = _failed_conditions(error)
            if failed:
                raise TransactionRefused(failed) from error
            time.sleep(wait)
        else:
            return
    raise Contended("Other transactions on the same items kept winning")


TRANSIENT_REASONS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


def _failed_conditions(error: ClientError) -> dict[int, Item | None]:
    """The positions of failed conditions, with the items if DynamoDB returns them.

    None if it is worth trying again; else raises.
    """
    if _code(error) in ("TransactionInProgressException", "TransactionConflictException"):
        return {}
    if _code(error) != "TransactionCanceledException":
        raise error
    response: Any = error.response
    reasons = response.get("CancellationReasons", [])
    failed = {
        position: decode(reason["Item"]) if reason.get("Item") else None
        for position, reason in enumerate(reasons)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    if not failed and not TRANSIENT_REASONS.intersection(reason.get("Code") for reason in reasons):
        raise error
    return failed


def backoff_delays() -> Iterator[float]:
    """How long to wait before each further attempt, in seconds, with full jitter.

    See https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter.
    """
    return (random.uniform(0, FIRST_WAIT_S * 2**n) for n in range(ATTEMPTS))  # noqa: S311


def write_cursor(key: Mapping[str, Any]) -> str:
    """A page's last key as text for a URL."""
    return base64.urlsafe_b64encode(json.dumps(decode(key)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, keys: Mapping[str, str | None]) -> Item:
    """The key in a cursor, which must have just these attributes. Raises `InvalidCursor`.

    A value that is not None must be the cursor's too: it belongs to this list and no other.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor(cursor) from error
    if not isinstance(key, dict) or set(key) != set(keys):
        raise InvalidCursor(cursor)
    if not all(isinstance(value, str) and value for value in key.values()):
        raise InvalidCursor(cursor)
    if any(value not in (None, key[name]) for name, value in keys.items()):
        raise InvalidCursor(cursor)
    return encode(key)


def _placeholders(names: Mapping[str, str], values: Mapping[str, Any]) -> Item:
    placeholders: Item = {}
    if names:
        placeholders["ExpressionAttributeNames"] = dict(names)
    if values:
        placeholders["ExpressionAttributeValues"] = encode(values)
    return placeholders


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
