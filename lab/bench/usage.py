"""What one checkout uses, counted from a real one on the lab's emulator."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx

from lab import execution, logs
from lab.bench import units
from lab.bench.checkouts import CUSTOMER, Shopper
from lab.bench.costs import Usage
from lab.errors import LabError
from lab.logs import LogLine
from lab.target import Target

PATH = "/_lab/calls"
SETTLE_S = 60.0
POLL_S = 0.2
LOG_OVERHEAD_BYTES = 26  # what CloudWatch Logs adds to each event
REPORT = re.compile(r"Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB")
Call = Mapping[str, Any]


class NotNoted(LabError):
    """The emulator does not note its calls."""


def of_one_checkout(target: Target) -> Usage:
    """The usage of one checkout, from the POST to the mail. The sweeper's rounds do not count.

    Durations are those of this machine. Raises NotNoted where the emulator cannot tell.
    """
    _wait_for_quiet(target)
    began = datetime.now(UTC)
    _ask(target, "PUT")
    shopper = Shopper(target)
    order_id = shopper.place()
    shopper.wait(order_id)
    _wait_for_mail(target, order_id)
    calls = _ask(target, "DELETE")["calls"]
    invoked = sum(call["operation"] == "Invoke" for call in calls)
    _wait(lambda: len(_bills(_lines_since(target, began))) >= invoked, "a function has no report")
    return _counted(target, order_id, calls, _lines_since(target, began))


def _ask(target: Target, method: str) -> Any:
    answer = httpx.request(method, f"{target.endpoint}{PATH}", timeout=10, trust_env=False)
    if answer.is_success:
        return answer.json() if answer.content else None
    raise NotNoted("This emulator does not note its calls.", "Run `lab bench` without --here.")


def _wait_for_quiet(target: Target) -> None:
    """Orders that were bought before are mailed for a while yet: that is not this one's usage."""
    query = {
        "TableName": target.table("orders"),
        "IndexName": "by-customer",
        "KeyConditionExpression": "customerId = :customer",
        "FilterExpression": "attribute_not_exists(mailAt)",
        "ExpressionAttributeValues": {":customer": {"S": CUSTOMER}},
    }
    pages = target.client("dynamodb").get_paginator("query")
    _wait(lambda: not any(page["Items"] for page in pages.paginate(**query)), "orders await mails")


def _wait_for_mail(target: Target, order_id: str) -> None:
    client, key = target.client("dynamodb"), {"orderId": {"S": order_id}}
    table = target.table("orders")
    _wait(
        lambda: "mailAt" in client.get_item(TableName=table, Key=key)["Item"],
        f"there is no mail about {order_id}",
    )


def _wait(done: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + SETTLE_S
    while not done():
        if time.monotonic() > deadline:
            raise LabError(f"After {SETTLE_S:.0f} s {otherwise}.", "`lab logs notifier` tells why.")
        time.sleep(POLL_S)


def _lines_since(target: Target, began: datetime) -> list[LogLine]:
    names = [name for name in logs.functions() if name != "sweeper"]
    return [line for name in names for line in logs.read(target, name, began)]


def _bills(lines: Sequence[LogLine]) -> list[re.Match[str]]:
    return [match for line in lines if (match := REPORT.search(line.message))]


def _counted(
    target: Target, order_id: str, calls: Sequence[Call], lines: Sequence[LogLine]
) -> Usage:
    billed = _bills(lines)
    made = Counter(f"{call['service']}:{call['operation']}" for call in calls)
    database = [call for call in calls if call["service"] == "dynamodb"]
    steps = execution.finish(target, order_id).steps
    return Usage(
        state_transitions=sum(1 + step.retries for step in steps),
        lambda_requests=len(billed),
        lambda_gb_seconds=sum(int(ms) / 1e3 * int(mb) / 1024 for ms, mb in map(_groups, billed)),
        read_units=sum(map(units.read_units, database)),
        write_units=sum(units.write_units(call, _tables(target)) for call in database),
        events=sum(_entries(call) for call in calls),
        notifications=made["sns:Publish"],
        queue_requests=2 * made["sqs:DeleteMessageBatch"],  # each was received as well
        mails=made["ses:SendEmail"],
        api_calls=1,
        log_gigabytes=sum(len(line.message) + LOG_OVERHEAD_BYTES for line in lines) / 1e9,
    )


def _groups(match: re.Match[str]) -> tuple[str, str]:
    return match.group(1), match.group(2)


def _entries(call: Call) -> int:
    return len(call["request"]["Entries"]) if call["operation"] == "PutEvents" else 0


def _tables(target: Target) -> units.Tables:
    client = target.client("dynamodb")

    @cache
    def table(name: str) -> units.Table:
        described = client.describe_table(TableName=name)["Table"]

        def size_of(key: Mapping[str, Any]) -> int:
            found = client.get_item(TableName=name, Key=key, ConsistentRead=True)
            return units.item_bytes(found.get("Item", {}))

        return units.Table(size_of, len(described.get("GlobalSecondaryIndexes", ())))

    return table
