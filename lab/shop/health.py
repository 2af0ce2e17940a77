"""What is deployed in an environment, and whether it is healthy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import alarms, shop_client

TABLES = (
    "products",
    "inventory",
    "promotions",
    "reservations",
    "payments",
    "orders",
    "idempotency",
)
COUNTED = 1000
PATIENCE_S = 15.0
"""A look at an emulator that hangs should not take minutes."""


@dataclass(frozen=True)
class Health:
    """One look at an environment; `api_url` is None where nothing is deployed.

    `tables` gives the items of each table, `functions` the state of each function, `queues` the
    messages that wait in each queue, `executions` how many run or have failed (1000 at most),
    `alarms` the alarms that ring.
    """

    environment: str
    api_url: str | None
    api_healthy: bool
    tables: dict[str, int]
    functions: dict[str, str]
    queues: dict[str, int]
    executions: dict[str, int]
    alarms: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether everything is there and nothing waits for a person."""
        stuck = any(count for name, count in self.queues.items() if not _is_passing(name))
        deployed = len(self.tables) == len(TABLES) and bool(self.functions)
        active = all(state == "Active" for state in self.functions.values())
        return self.api_healthy and deployed and active and not stuck and not self.alarms


def _is_passing(queue: str) -> bool:
    """Messages may wait in the queue of notifications; in every other one they are a problem."""
    return queue.endswith("-notifications")


def look(target: Target) -> Health:
    """The environment's health now."""
    url = _api_url(target)
    return Health(
        environment=target.environment,
        api_url=url,
        api_healthy=bool(url) and _answers(str(url)),
        tables=_tables(target),
        functions=_functions(target),
        queues=_queues(target),
        executions=_executions(target),
        alarms=_alarms(target),
    )


def _api_url(target: Target) -> str | None:
    try:
        return shop_client.base_url(target)
    except LabError:
        return None


def _answers(url: str) -> bool:
    try:
        return shop_client.CheckoutApi.at(url).send("GET", "/health", timeout=PATIENCE_S).is_success
    except httpx.TimeoutException:
        return False


def _tables(target: Target) -> dict[str, int]:
    client = target.client("dynamodb")
    counts = {name: _items(client, target.table(name)) for name in TABLES}
    return {name: count for name, count in counts.items() if count is not None}


def _items(client: Any, table: str) -> int | None:
    try:
        return int(client.describe_table(TableName=table)["Table"].get("ItemCount", 0))
    except client.exceptions.ResourceNotFoundException:
        return None


def _functions(target: Target) -> dict[str, str]:
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    prefix = target.named("")
    return {
        function["FunctionName"].removeprefix(prefix): function.get("State", "Active")
        for page in pages
        for function in page["Functions"]
        if function["FunctionName"].startswith(prefix)
    }


def _queues(target: Target) -> dict[str, int]:
    client = target.client("sqs")
    urls = client.list_queues(QueueNamePrefix=target.named("")).get("QueueUrls", [])
    return {url.rsplit("/", 1)[-1]: _waiting(client, url) for url in sorted(urls)}


def _waiting(client: Any, url: str) -> int:
    name = "ApproximateNumberOfMessages"
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(answer["Attributes"][name])


def _executions(target: Target) -> dict[str, int]:
    client = target.client("stepfunctions")
    account = target.client("sts").get_caller_identity()["Account"]
    name = target.prefix
    arn = f"arn:aws:states:{target.region}:{account}:stateMachine:{name}"
    try:
        return {status: _count(client, arn, status) for status in ("RUNNING", "FAILED")}
    except ClientError as error:
        if error.response["Error"]["Code"] == "StateMachineDoesNotExist":
            return {}
        raise


def _count(client: Any, arn: str, status: str) -> int:
    found = client.list_executions(stateMachineArn=arn, statusFilter=status, maxResults=COUNTED)
    return len(found["executions"])


def _alarms(target: Target) -> tuple[str, ...]:
    return tuple(alarm.name for alarm in alarms.read(target, alarms.METRIC) if alarm.rings)
