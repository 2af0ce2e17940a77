"""What one checkout uses, counted from a real one on the lab's emulator.

The emulator notes every AWS call with the role that made it, and every function writes what AWS
would bill into its log. What the sweeper does meanwhile is left out by its role, what this module
asks by having none.
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
from lab.shop import execution, logs, purchase
from lab.shop.logs import LogLine
from lab.shop.shop_client import CheckoutApi

PATH = "/_lab/calls"
CUSTOMER = "cost"
SETTLE_S = 60.0
POLL_S = 0.2
TRIES = 3
LOG_OVERHEAD_BYTES = 26  # what CloudWatch Logs adds to each event
ITEM_OVERHEAD_BYTES = 100  # what DynamoDB adds to each stored item, and to its copy in an index
GROWING = ("orders", "reservations", "payments")
"""Tables that keep what an order writes; idempotency keys go after a day."""
SWEEPER = "sweeper"
REPORT = re.compile(r"Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB")
Call = Mapping[str, Any]


class NotNoted(LabError):
    """The emulator does not note its calls."""


@dataclass(frozen=True)
class Checkout:
    """One counted order, from the POST to the mail. Durations are those of this machine."""

    order_id: str
    usage: Usage
    functions: tuple[FunctionUse, ...]
    execution_s: float
    stored_bytes: int
    metrics: int
    data_events: int


@dataclass(frozen=True)
class Sweep:
    """One counted round of the sweeper."""

    usage: Usage
    data_events: int


def one_checkout(target: Target, request: Mapping[str, Any], customer: str = CUSTOMER) -> Checkout:
    """Places an order for `request` and counts it. It should not be the first one: that is cold.

    Nobody else should order meanwhile: what other orders use would be counted with it.

    Raises NotNoted where the emulator cannot tell, LabError if the order does not end.
    """
    _wait_for_quiet(target, customer)
    began = datetime.now(UTC)
    with _noted(target) as calls:
        order_id, sent = _place(target, request, customer)
        steps = execution.finish(target, order_id)
        wait_for_mail(target, order_id)
    calls[:] = [call for call in calls if not _is_the_sweepers(target, call)]
    invoked = sum(call["operation"] == "Invoke" for call in calls)
    names = [name for name in logs.functions() if name != SWEEPER]
    _wait(lambda: _reports(target, names, began) >= invoked, "a function has no report")
    lines = {name: logs.read(target, name, began) for name in names}
    functions = tuple(_function(name, found) for name, found in lines.items() if _bills(found))
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
    """What one round of the sweeper uses when there is nothing to do, which is nearly always.

    Raises LabError if its own minute comes every time while it is counted.
    """
    _invoke_sweeper(target)
    for _ in range(TRIES):
        sweep = _sweep(target)
        if sweep.usage.lambda_requests == 1:
            return sweep
    raise LabError("The sweeper ran by itself while it was counted.", "Try once more.")


def _sweep(target: Target) -> Sweep:
    began = datetime.now(UTC)
    with _noted(target) as calls:
        _invoke_sweeper(target)
    _wait(lambda: _reports(target, [SWEEPER], began) >= 1, "the sweeper has no report")
    lines = logs.read(target, SWEEPER, began)
    use = _function(SWEEPER, lines)
    database = [call for call in _database(calls) if _is_the_sweepers(target, call)]
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
    """The order's id, and the bytes of the answer: its head and its body."""
    headers = {"Idempotency-Key": purchase.new_key()}
    api = CheckoutApi.of(target, customer)
    response = api.send("POST", "/checkout", json=dict(request), headers=headers)
    if response.status_code != httpx.codes.ACCEPTED:
        raise LabError(f"The order was refused: {response.text[:200]}", "Run `lab seed` first.")
    head = sum(len(name) + len(value) + 4 for name, value in response.headers.raw)
    return str(response.json()["orderId"]), head + len(response.content)


@contextmanager
def _noted(target: Target) -> Iterator[list[Call]]:
    """The calls made meanwhile; the list is filled at the end."""
    calls: list[Call] = []
    _ask(target, "PUT")
    try:
        yield calls
    finally:
        noted = _ask(target, "DELETE")
    if noted["full"]:
        raise LabError(
            f"There were more than {len(noted['calls'])} AWS calls meanwhile: the emulator notes no"
            " more than that.",
            "Count again while nobody else orders.",
        )
    calls += noted["calls"]


def _ask(target: Target, method: str) -> Any:
    with clients.http(target.endpoint or "", timeout=10) as emulator:
        answer = emulator.request(method, PATH)
    if answer.is_success:
        return answer.json() if answer.content else None
    raise NotNoted(
        "This emulator does not note its calls: nothing can be counted on it.",
        "Use the lab's own (`lab up`), or what was counted before (`lab cost --stored`).",
    )


def _is_the_sweepers(target: Target, call: Call) -> bool:
    name = target.named(SWEEPER)
    invoked = call["operation"] == "Invoke" and name in call["request"]["FunctionName"]
    return invoked or call["caller"] == name


def _wait_for_quiet(target: Target, customer: str) -> None:
    """Orders that were bought before are mailed for a while yet: that is not this one's usage."""
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
    """A message is gone from the queue when its function has ended, not when its mail is sent."""
    client = target.client("sqs")
    url = client.get_queue_url(QueueName=target.named("notifications"))["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["All"]}

    def is_empty() -> bool:
        said = client.get_queue_attributes(**asked)["Attributes"]
        left = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return not any(int(said[name]) for name in left)

    _wait(is_empty, "the queue of notifications is not empty")


def wait_for_mail(target: Target, order_id: str) -> None:
    """Returns when the customer has a mail about the order, and its function has ended."""
    client, key = target.client("dynamodb"), {"orderId": {"S": order_id}}
    table = target.table("orders")
    _wait(
        lambda: "mailAt" in client.get_item(TableName=table, Key=key)["Item"],
        f"there is no mail about {order_id}",
    )
    _wait_for_empty_queue(target)


def _wait(done: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + SETTLE_S
    while not done():
        if time.monotonic() > deadline:
            raise LabError(f"After {SETTLE_S:.0f} s {otherwise}.", "`lab logs notifier` tells why.")
        time.sleep(POLL_S)


def _reports(target: Target, names: Sequence[str], began: datetime) -> int:
    return sum(len(_bills(logs.read(target, name, began))) for name in names)


def _bills(lines: Sequence[LogLine]) -> list[tuple[int, int]]:
    """The billed milliseconds and the memory of every invocation."""
    found = (REPORT.search(line.message) for line in lines)
    return [(int(match.group(1)), int(match.group(2))) for match in found if match]


def _function(name: str, lines: Sequence[LogLine]) -> FunctionUse:
    bills = _bills(lines)
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
    sent: int,
) -> Usage:
    made = Counter(f"{call['service']}:{call['operation']}" for call in calls)
    database = _database(calls)
    return Usage(
        state_transitions=sum(1 + step.retries for step in steps.steps),
        lambda_requests=sum(use.invocations for use in functions),
        lambda_gb_seconds=_gb_seconds(functions),
        read_units=sum(map(units.read_units, database)),
        write_units=sum(units.write_units(call, _tables(target)) for call in database),
        events=sum(_entries(call) for call in calls),
        notifications=made["sns:Publish"],
        queue_requests=2 * made["sqs:DeleteMessageBatch"],  # each was received as well
        mails=made["ses:SendEmail"],
        api_calls=1,
        log_gigabytes=sum(map(_gigabytes, lines.values())),
        transfer_gigabytes=sent / 1e9,
    )


def _database(calls: Sequence[Call]) -> list[Call]:
    """The checkout's own calls of DynamoDB: roles make them, whoever watches has none."""
    return [call for call in calls if call["service"] == "dynamodb" and call["caller"]]


def _data_events(target: Target, database: Sequence[Call]) -> int:
    return trail.data_events(database, map(target.table, trail.WATCHED))


def _entries(call: Call) -> int:
    """The shop's own events; those that Step Functions sends of its executions are free."""
    is_own = call["operation"] == "PutEvents" and call["caller"]
    return len(call["request"]["Entries"]) if is_own else 0


def _metrics(lines: Mapping[str, Sequence[LogLine]]) -> set[tuple[str, ...]]:
    """The custom metrics that were sent: CloudWatch bills each combination of dimensions."""
    said = (line.message for found in lines.values() for line in found if '"_aws"' in line.message)
    return {metric for text in said for metric in _metrics_in(json.loads(text))}


def _metrics_in(sent: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Each metric of a line in CloudWatch's embedded format, with the values of its dimensions."""
    for directive in sent["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            values = [str(sent[name]) for name in names]
            yield from ((metric["Name"], *values) for metric in directive["Metrics"])


def _stored_bytes(target: Target, calls: Sequence[Call]) -> int:
    """What the order has left in the tables that grow, with its copies in indexes."""
    keys = _written(target, calls)
    client = target.client("dynamodb")
    total = 0
    for table, found in keys.items():
        indexes = _index_keys(target, table)
        for key in found:
            item = client.get_item(TableName=table, Key=dict(key), ConsistentRead=True)["Item"]
            copies = 1 + sum(name in item for name in indexes)
            total += copies * (units.item_bytes(item) + ITEM_OVERHEAD_BYTES)
    return total


def _written(target: Target, calls: Sequence[Call]) -> Mapping[str, list[Mapping[str, Any]]]:
    """The keys that were written, each once, by table."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    growing = {target.table(name) for name in GROWING}
    for table, asked in (write for call in _database(calls) for write in units.writes(call)):
        if table not in growing:
            continue
        names = _key_names(target, table)
        key = {name: (asked.get("Item") or asked["Key"])[name] for name in names}
        if key not in found[table]:
            found[table].append(key)
    return found


def _described(target: Target, table: str) -> Any:
    return target.client("dynamodb").describe_table(TableName=table)["Table"]


def _key_names(target: Target, table: str) -> list[str]:
    return [key["AttributeName"] for key in _described(target, table)["KeySchema"]]


def _index_keys(target: Target, table: str) -> list[str]:
    """The attribute that each index of a table begins with."""
    indexes = _described(target, table).get("GlobalSecondaryIndexes", ())
    return [index["KeySchema"][0]["AttributeName"] for index in indexes]


def _tables(target: Target) -> units.Tables:
    client = target.client("dynamodb")

    @cache
    def table(name: str) -> units.Table:
        def size_of(key: Mapping[str, Any]) -> int:
            found = client.get_item(TableName=name, Key=key, ConsistentRead=True)
            return units.item_bytes(found.get("Item", {}))

        return units.Table(size_of, len(_index_keys(target, name)))

    return table
