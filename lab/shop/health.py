"""Checks what is deployed in an environment, and whether it is healthy."""

from __future__ import annotations

import json
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
MAX_EXECUTIONS = 1000
TIMEOUT_S = 15.0
"""Short, so that `lab status` does not take minutes when an emulator hangs."""

GET_HEALTH = json.dumps(
    {
        "httpMethod": "GET",
        "path": "/health",
        "resource": "/health",
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "health"},
    }
)
"""GET /health as API Gateway sends it; the function handles it without calling other services."""


@dataclass(frozen=True)
class Health:
    """The health of an environment; `api_url` is None if nothing is deployed.

    `tables` maps each table to its item count, `functions` each function to its state, `queues`
    each queue to its number of messages, with those that are being handled, and `executions`
    RUNNING and FAILED to the number of executions (at most 1,000); without a workflow it is empty.
    `alarms` are the names of the alarms that ring. `closed` is whether new orders are refused, as
    while a restore runs, and after one that was killed.
    """

    environment: str
    api_url: str | None
    api_healthy: bool
    tables: dict[str, int]
    functions: dict[str, str]
    queues: dict[str, int]
    executions: dict[str, int]
    alarms: tuple[str, ...]
    closed: bool = False

    @property
    def good(self) -> bool:
        """Whether everything is deployed and active, no alarm rings and no message is stuck."""
        deployed = len(self.tables) == len(TABLES) and self.functions and self.executions
        active = all(state == "Active" for state in self.functions.values())
        return (
            self.api_healthy
            and bool(deployed)
            and active
            and not self.closed
            and not self.stuck
            and not self.alarms
        )

    @property
    def stuck(self) -> bool:
        """Whether messages are in another queue than that of the notifications."""
        return any(count for name, count in self.queues.items() if not _may_hold_messages(name))


def _may_hold_messages(queue: str) -> bool:
    """Whether the queue may hold messages: in all but the notification queue they are stuck."""
    return queue.endswith("-notifications")


def look(target: Target) -> Health:
    """The environment's health now."""
    url = _api_url(target)
    return Health(
        environment=target.environment,
        api_url=url,
        api_healthy=bool(url) and _is_api_healthy(str(url)),
        tables=_tables(target),
        functions=_functions(target),
        queues=_queues(target),
        executions=_executions(target),
        alarms=_alarms(target),
        closed=bool(url) and takes_no_orders(target),
    )


def takes_no_orders(target: Target) -> bool:
    """Whether the API's stage lets no POST /checkout through (`lab.operate.recovery`)."""
    stage = target.client("apigateway").get_stage(
        restApiId=shop_client.rest_api_id(target), stageName=target.environment
    )
    settings = stage.get("methodSettings", {})
    # AWS and emulators differ in how they write the slash that a path begins with.
    limits = [limit for method, limit in settings.items() if method.endswith("checkout/POST")]
    return any(limit.get("throttlingRateLimit") == 0 for limit in limits)


def _api_url(target: Target) -> str | None:
    try:
        return shop_client.base_url(target)
    except LabError:
        return None


def _is_api_healthy(url: str) -> bool:
    try:
        return shop_client.CheckoutApi.at(url).send("GET", "/health", timeout=TIMEOUT_S).is_success
    except httpx.TimeoutException:
        return False


def _tables(target: Target) -> dict[str, int]:
    client = target.client("dynamodb")
    counts = {name: _item_count(client, target.table(name)) for name in TABLES}
    return {name: count for name, count in counts.items() if count is not None}


def _item_count(client: Any, table: str) -> int | None:
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
    return {url.rsplit("/", 1)[-1]: _message_count(client, url) for url in sorted(urls)}


def _message_count(client: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _executions(target: Target) -> dict[str, int]:
    client = target.client("stepfunctions")
    account = target.client("sts").get_caller_identity()["Account"]
    name = target.prefix
    arn = f"arn:aws:states:{target.region}:{account}:stateMachine:{name}"
    try:
        return {status: _execution_count(client, arn, status) for status in ("RUNNING", "FAILED")}
    except ClientError as error:
        if error.response["Error"]["Code"] == "StateMachineDoesNotExist":
            return {}
        raise


def _execution_count(client: Any, arn: str, status: str) -> int:
    page = client.list_executions(
        stateMachineArn=arn, statusFilter=status, maxResults=MAX_EXECUTIONS
    )
    return len(page["executions"])


def _alarms(target: Target) -> tuple[str, ...]:
    return tuple(alarm.name for alarm in alarms.read(target, alarms.METRIC) if alarm.rings)
