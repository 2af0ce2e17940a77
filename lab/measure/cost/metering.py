"""Counts the usage of a real checkout on the lab's emulator.

The emulator records every AWS call with the role of its caller, and every function logs what AWS
would bill. Calls of the sweeper's role and calls without a role (such as this module's) do not
count.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target
from lab.measure.cost import trail, units
from lab.measure.cost.counted import FunctionUse
from lab.measure.cost.usage import Usage
from lab.shop import execution, logs, mailbox, purchase
from lab.shop.logs import LogLine
from lab.shop.shop_client import CheckoutApi

PATH = "/_host/calls"
CUSTOMER = "cost"
SETTLE_S = 60.0
POLL_S = 0.2
TRIES = 3
LOG_OVERHEAD_BYTES = 26  # added by CloudWatch Logs to each event
ITEM_OVERHEAD_BYTES = 100  # added by DynamoDB to each item, and to its copy in an index
GROWING = ("orders", "reservations", "payments")
"""Tables that keep their items; idempotency keys expire after a day."""
SWEEPER = "sweeper"
REPORT = re.compile(r"Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB")
Call = Mapping[str, Any]


class NotRecorded(LabError):
    """The emulator does not record its calls."""


@dataclass(frozen=True)
class Checkout:
    """The usage of one order, from the POST to the mail. Durations are those of this machine."""

    order_id: str
    usage: Usage
    functions: tuple[FunctionUse, ...]
    execution_s: float
    stored_bytes: int
    metrics: int
    data_events: int


@dataclass(frozen=True)
class Sweep:
    """The usage of one run of the sweeper."""

    usage: Usage
    data_events: int


def one_checkout(target: Target, request: Mapping[str, Any], customer: str = CUSTOMER) -> Checkout:
    """Places an order for `request` and counts its usage. The functions should be warm.

    There must be no other orders meanwhile: their usage would be counted, too.

    Raises NotRecorded if the emulator does not record calls, LabError if the order does not end.
    """
    _wait_for_quiet(target, customer)
    began = datetime.now(UTC)
    with _recorded(target) as calls:
        order_id, sent = _place(target, request, customer)
        steps = execution.finish(target, order_id)
        wait_for_mail(target, order_id)
    calls[:] = [call for call in calls if not _is_sweeper(target, call)]
    invoked = sum(call["operation"] == "Invoke" for call in calls)
    names = [name for name in logs.functions() if name != SWEEPER]
    _wait(lambda: _reports(target, names, began) >= invoked, "a function has no report")
    lines = {name: logs.read(target, name, began) for name in names}
    functions = tuple(_function(name, logged) for name, logged in lines.items() if _billed(logged))
    return Checkout(
        order_id,
        _usage(target, calls, steps, functions, lines, sent),
        functions,
        steps.duration,
        _stored_bytes(target, calls),
        len(_metrics(lines)),
        _data_events(target, _database(calls)),
    )


def one_sweep(target: Target) -> Sweep:
    """The usage of one run of the sweeper without work, which is the usual case.

    Raises LabError if the scheduled run interferes every time.
    """
    _invoke_sweeper(target)
    for _ in range(TRIES):
        sweep = _sweep(target)
        if sweep.usage.lambda_requests == 1:
            return sweep
    raise LabError("The sweeper ran by its schedule while it was counted.", "Try again.")


def _sweep(target: Target) -> Sweep:
    began = datetime.now(UTC)
    with _recorded(target) as calls:
        _invoke_sweeper(target)
    _wait(lambda: _reports(target, [SWEEPER], began) >= 1, "the sweeper has no report")
    lines = logs.read(target, SWEEPER, began)
    use = _function(SWEEPER, lines)
    database = [call for call in _database(calls) if _is_sweeper(target, call)]
    usage = Usage(
        lambda_requests=use.invocations,
        lambda_gb_seconds=_gb_seconds([use]),
        read_units=sum(map(units.read_units, database)),
        write_units=sum(units.write_units(call, _tables(target)) for call in database),
        log_gigabytes=_gigabytes(lines),
    )
    return Sweep(usage, _data_events(target, database))


def _invoke_sweeper(target: Target) -> None:
    name = target.named(SWEEPER)
    target.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=b"{}")


def _place(target: Target, request: Mapping[str, Any], customer: str) -> tuple[str, int]:
    """The order's id, and the size of the response in bytes, headers included."""
    headers = {"Idempotency-Key": purchase.new_key()}
    api = CheckoutApi.of(target, customer)
    response = api.send("POST", "/checkout", json=dict(request), headers=headers)
    if response.status_code != httpx.codes.ACCEPTED:
        raise LabError(f"The order was refused: {response.text[:200]}", "Run `lab seed` first.")
    head = sum(len(name) + len(value) + 4 for name, value in response.headers.raw)
    return str(response.json()["orderId"]), head + len(response.content)


@contextmanager
def _recorded(target: Target) -> Iterator[list[Call]]:
    """Records the calls made meanwhile; the list is filled at the end."""
    calls: list[Call] = []
    _request(target, "PUT")
    try:
        yield calls
    finally:
        recording = _request(target, "DELETE")
    if recording["full"]:
        raise LabError(
            f"There were more than {len(recording['calls'])} AWS calls, and the emulator records no"
            " more.",
            "Count again while there are no other orders.",
        )
    calls += recording["calls"]


def _request(target: Target, method: str) -> Any:
    with clients.http(target.endpoint or "", timeout=10) as emulator:
        response = emulator.request(method, PATH)
    if response.is_success:
        return response.json() if response.content else None
    raise NotRecorded(
        "This emulator does not record its calls, so that nothing can be counted.",
        "Use the lab's emulator (`lab up`), or the stored count (`lab cost --stored`).",
    )


def _is_sweeper(target: Target, call: Call) -> bool:
    name = target.named(SWEEPER)
    invoked = call["operation"] == "Invoke" and name in call["request"]["FunctionName"]
    return invoked or call["caller"] == name


def _wait_for_quiet(target: Target, customer: str) -> None:
    """Waits for the mails of earlier orders, which would be counted otherwise."""
    query = {
        "TableName": target.table("orders"),
        "IndexName": "by-customer",
        "KeyConditionExpression": "customerId = :customer",
        "FilterExpression": "attribute_not_exists(mailAt)",
        "ExpressionAttributeValues": {":customer": {"S": customer}},
    }
    pages = target.client("dynamodb").get_paginator("query")
    _wait(lambda: not any(page["Items"] for page in pages.paginate(**query)), "orders await mails")
    _wait_for_empty_queue(target)


def _wait_for_empty_queue(target: Target) -> None:
    """Waits until the queue is empty: a message is deleted when its function has ended."""
    _wait(lambda: not mailbox.unsent(target), "the queue of notifications is not empty")


def wait_for_mail(target: Target, order_id: str) -> None:
    """Waits until the mail about the order is sent and the function has ended."""
    client, key = target.client("dynamodb"), {"orderId": {"S": order_id}}
    table = target.table("orders")
    _wait(
        lambda: "mailAt" in client.get_item(TableName=table, Key=key)["Item"],
        f"there is no mail about {order_id}",
    )
    _wait_for_empty_queue(target)


def _wait(done: Callable[[], bool], message: str) -> None:
    deadline = time.monotonic() + SETTLE_S
    while not done():
        if time.monotonic() > deadline:
            raise LabError(f"After {SETTLE_S:.0f} s {message}.", "See `lab logs notifier`.")
        time.sleep(POLL_S)


def _reports(target: Target, names: Sequence[str], began: datetime) -> int:
    return sum(len(_billed(logs.read(target, name, began))) for name in names)


def _billed(lines: Sequence[LogLine]) -> list[tuple[int, int]]:
    """The billed milliseconds and the memory of every invocation."""
    matches = (REPORT.search(line.message) for line in lines)
    return [(int(match.group(1)), int(match.group(2))) for match in matches if match]


def _function(name: str, lines: Sequence[LogLine]) -> FunctionUse:
    bills = _billed(lines)
    return FunctionUse(name, len(bills), sum(ms for ms, _ in bills), bills[0][1])


def _gb_seconds(functions: Sequence[FunctionUse]) -> float:
    return sum(use.billed_ms / 1e3 * use.memory_mb / 1024 for use in functions)


def _gigabytes(lines: Sequence[LogLine]) -> float:
    return sum(len(line.message.encode()) + LOG_OVERHEAD_BYTES for line in lines) / 1e9


def _usage(
    target: Target,
    calls: Sequence[Call],
    steps: execution.Execution,
    functions: Sequence[FunctionUse],
    lines: Mapping[str, Sequence[LogLine]],
    response_bytes: int,
) -> Usage:
    operations = Counter(f"{call['service']}:{call['operation']}" for call in calls)
    database = _database(calls)
    return Usage(
        state_transitions=sum(1 + step.retries for step in steps.steps),
        lambda_requests=sum(use.invocations for use in functions),
        lambda_gb_seconds=_gb_seconds(functions),
        read_units=sum(map(units.read_units, database)),
        write_units=sum(units.write_units(call, _tables(target)) for call in database),
        events=sum(_entries(call) for call in calls),
        notifications=operations["sns:Publish"],
        queue_requests=2 * operations["sqs:DeleteMessageBatch"],  # each was received as well
        mails=operations["ses:SendRawEmail"],
        api_calls=1,
        log_gigabytes=sum(map(_gigabytes, lines.values())),
        transfer_gigabytes=response_bytes / 1e9,
    )


def _database(calls: Sequence[Call]) -> list[Call]:
    """The checkout's own calls of DynamoDB, which are made by roles."""
    return [call for call in calls if call["service"] == "dynamodb" and call["caller"]]


def _data_events(target: Target, database: Sequence[Call]) -> int:
    return trail.data_events(database, map(target.table, trail.WATCHED))


def _entries(call: Call) -> int:
    """The number of the shop's events; those that Step Functions sends are free."""
    is_own = call["operation"] == "PutEvents" and call["caller"]
    return len(call["request"]["Entries"]) if is_own else 0


def _metrics(lines: Mapping[str, Sequence[LogLine]]) -> set[tuple[str, ...]]:
    """The custom metrics in the logs: CloudWatch bills each combination of dimensions."""
    messages = (line.message for logged in lines.values() for line in logged)
    records = (json.loads(message) for message in messages if '"_aws"' in message)
    return {metric for record in records for metric in _metrics_in(record)}


def _metrics_in(record: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The metrics of a record in the embedded metric format, with their dimensions' values."""
    for directive in record["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            values = [str(record[name]) for name in names]
            yield from ((metric["Name"], *values) for metric in directive["Metrics"])


def _stored_bytes(target: Target, calls: Sequence[Call]) -> int:
    """The bytes that the order has left in the growing tables, copies in indexes included."""
    keys = _written(target, calls)
    client = target.client("dynamodb")
    total = 0
    for table, written in keys.items():
        indexes = _index_keys(target, table)
        for key in written:
            item = client.get_item(TableName=table, Key=dict(key), ConsistentRead=True)["Item"]
            copies = 1 + sum(name in item for name in indexes)
            total += copies * (units.item_bytes(item) + ITEM_OVERHEAD_BYTES)
    return total


def _written(target: Target, calls: Sequence[Call]) -> Mapping[str, list[Mapping[str, Any]]]:
    """The keys that were written, without duplicates, by table."""
    keys: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    growing = {target.table(name) for name in GROWING}
    for table, write in (w for call in _database(calls) for w in units.writes(call)):
        if table not in growing:
            continue
        names = _key_names(target, table)
        key = {name: (write.get("Item") or write["Key"])[name] for name in names}
        if key not in keys[table]:
            keys[table].append(key)
    return keys


def _describe(target: Target, table: str) -> Any:
    return target.client("dynamodb").describe_table(TableName=table)["Table"]


def _key_names(target: Target, table: str) -> list[str]:
    return [key["AttributeName"] for key in _describe(target, table)["KeySchema"]]


def _index_keys(target: Target, table: str) -> list[str]:
    """The first key attribute of each index of a table."""
    indexes = _describe(target, table).get("GlobalSecondaryIndexes", ())
    return [index["KeySchema"][0]["AttributeName"] for index in indexes]


def _tables(target: Target) -> units.Tables:
    client = target.client("dynamodb")

    @cache
    def table(name: str) -> units.Table:
        def size_of(key: Mapping[str, Any]) -> int:
            response = client.get_item(TableName=name, Key=key, ConsistentRead=True)
            return units.item_bytes(response.get("Item", {}))

        return units.Table(size_of, len(_index_keys(target, name)))

    return table
