"""Reads what the machine room shows; each function is one panel's data, ready for JSON."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import alarms, execution, logs, mailbox, permissions
from lab.shop.execution import Execution
from lab.shop.workflow import drawings

Json = dict[str, Any]
EXECUTIONS = 15
LOG_LINES = 80
PLATFORM = ("START ", "END ", "REPORT ", "INIT_START ")  # Lambda's lines, not the function's
LOG_WINDOW = timedelta(minutes=5)
_deserialize = TypeDeserializer().deserialize


@dataclass
class Sources:
    """The environment's AWS clients, made once, and what is read with them."""

    target: Target
    _clients: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: dict[str, Json] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client that is kept: to make one takes longer than a call."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self.target.client(service)
            return self._clients[service]

    @cached_property
    def _machine(self) -> str:
        account = self.client("sts").get_caller_identity()["Account"]
        prefix = self.target.prefix
        return f"arn:aws:states:{self.target.region}:{account}:stateMachine:{prefix}"

    def executions(self) -> list[Json]:
        """The newest executions, the newest first."""
        page = self.client("stepfunctions").list_executions(
            stateMachineArn=self._machine, maxResults=EXECUTIONS
        )
        newest = sorted(page["executions"], key=lambda e: e["startDate"], reverse=True)
        return [
            {"order": e["name"], "status": e["status"], "at": e["startDate"].isoformat()}
            for e in newest
        ]

    def execution(self, order_id: str) -> Json | None:
        """An execution's way through the workflow, drawn; None if there is none."""
        if order_id in self._ended:
            return self._ended[order_id]
        arn = self._machine.replace(":stateMachine:", ":execution:") + f":{order_id}"
        client = self.client("stepfunctions")
        try:
            described = client.describe_execution(executionArn=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ExecutionDoesNotExist", "InvalidArn"):
                return None
            raise
        events = execution.history(client, arn)
        found = execution.read_history(events, datetime.now(UTC))
        shown = _shown(order_id, found, described)
        if found.ended and described["status"] != execution.RUNNING:
            self._ended[order_id] = shown
        return shown

    def order(self, order_id: str) -> Json:
        """The order's row as it is stored."""
        return self._item("orders", {"orderId": {"S": order_id}})

    def stock(self, order_id: str) -> Json:
        """The pieces that are left of each product of an order, right now."""
        items = self.order(order_id).get("items") or []
        skus = sorted({str(item["sku"]) for item in items})
        return {sku: self._available(sku) for sku in skus}

    def _available(self, sku: str) -> int:
        first = self._item("inventory", {"sku": {"S": sku}})
        others = range(1, int(first.get("shards", 1)))
        keys = [{"sku": {"S": f"{sku}#{number}"}} for number in others]
        pieces = [first, *(self._item("inventory", key) for key in keys)]
        return sum(int(piece.get("available", 0)) for piece in pieces)

    def reservation(self, order_id: str) -> Json:
        """What is held, or was held, for an order."""
        return self._item("reservations", {"orderId": {"S": order_id}})

    def ledger(self, order_id: str) -> list[Json]:
        """The order's entries in the ledger, in the order of their times."""
        rows = self.client("dynamodb").query(
            TableName=self.target.table("payments"),
            KeyConditionExpression="paymentId = :id",
            ExpressionAttributeValues={":id": {"S": f"order#{order_id}"}},
            ConsistentRead=True,
        )["Items"]
        return sorted(map(_plain, rows), key=lambda row: str(row.get("at", "")))

    def _item(self, table: str, key: Mapping[str, Any]) -> Json:
        answer = self.client("dynamodb").get_item(
            TableName=self.target.table(table), Key=key, ConsistentRead=True
        )
        return _plain(answer.get("Item", {}))

    def queues(self) -> list[Json]:
        """Each queue's waiting messages, and those that somebody has taken."""
        client = self.client("sqs")
        prefix = self.target.named("")
        urls = client.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
        return [self._queue(client, url, prefix) for url in sorted(urls)]

    @staticmethod
    def _queue(client: Any, url: str, prefix: str) -> Json:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        name = url.rsplit("/", 1)[-1].removeprefix(prefix)
        return {"name": name, "waiting": int(found[names[0]]), "taken": int(found[names[1]])}

    def mails(self, order_id: str) -> list[Json]:
        """The mails about an order."""
        found = [mail for mail in mailbox.read(self.target) if mail.order_id == order_id]
        return [
            {"at": f"{m.at}Z", "to": list(m.to), "subject": m.subject, "body": m.body}
            for m in found
        ]

    def log_lines(self) -> list[Json]:
        """The newest lines of all functions, the newest first."""
        since = datetime.now(UTC) - LOG_WINDOW
        lines = [
            {"at": line.at.isoformat(), "function": function, "text": logs.readable(line.message)}
            for function in logs.functions()
            for line in self._read_log(function, since)
            if not line.message.startswith(PLATFORM)
        ]
        return sorted(lines, key=lambda line: line["at"], reverse=True)[:LOG_LINES]

    def _read_log(self, function: str, since: datetime) -> list[logs.LogLine]:
        try:
            return logs.read(self.target, function, since)
        except LabError:  # it has not run yet
            return []

    def alarms(self) -> list[Json]:
        """The alarms; those that ring come first."""
        return [
            {"name": a.name, "state": a.state, "meaning": a.meaning}
            for a in alarms.read(self.target)
        ]

    def refusals(self) -> list[Json]:
        """The requests that IAM has refused."""
        refused = permissions.refused(self.target)
        return [
            {
                "role": r.role or r.caller,
                "action": r.action,
                "resource": r.resource,
                "count": r.count,
            }
            for r in refused
        ]


def _shown(order_id: str, found: Execution, described: Mapping[str, Any]) -> Json:
    picture = drawings.workflow(found)
    chart = drawings.gantt(found) if found.tasks else None
    return {
        "order": order_id,
        "status": described["status"],
        "seconds": round(found.duration, 3),
        "workflow": picture.bare,
        "words": picture.words,
        "gantt": chart.bare if chart else "",
        "path": list(found.path),
        "input": _pretty(described.get("input", "")),
        "output": _pretty(described.get("output", "")),
    }


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _plain(item: Mapping[str, Any]) -> Json:
    """A row as plain values; numbers that are whole as int."""
    return {name: _number(_deserialize(value)) for name, value in item.items()}


def _number(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _number(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [_number(part) for part in value]
    if hasattr(value, "as_integer_ratio") and not isinstance(value, int | float):
        return int(value) if value == int(value) else float(value)
    return value
