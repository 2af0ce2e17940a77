"""Access logs: a line for each request, in the stage's format, in a log group.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
They are written in the name of the role that the account's settings have. Without one, on AWS a
stage cannot be given a log; here its lines are written as the account's owner. What is due when
the emulator stops is lost.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import re
import threading
import time
from collections.abc import Mapping
from typing import Any

from moto.apigateway.models import apigateway_backends

from localstack_host.localstack_api import connect_as, connect_to

LOG = logging.getLogger(__name__)
VARIABLE = re.compile(r"\$context((?:\.\w+)+)|\$\{context((?:\.\w+)+)\}")
LOG_GROUP = re.compile(r"arn:[^:]+:logs:([^:]+):([^:]+):log-group:([^:]+)(?::.*)?")
NONE = "-"
MOST_WAITING = 10_000
MOST_TOGETHER = 500
# Account, region, log group and stream, and whether the account's role for logs writes.
Destination = tuple[str, str, str, str, bool]


def line_of(template: str, values: Mapping[str, Any], missing: str = NONE) -> str:
    """A line of a format, or another text with variables; one without a value is `missing`."""

    def value_of(match: re.Match[str]) -> str:
        found: Any = values
        for name in (match[1] or match[2]).strip(".").split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, bool):
            return str(found).lower()
        return missing if found in (None, "") or isinstance(found, Mapping) else str(found)

    return VARIABLE.sub(value_of, template)


def log(_chain: Any, context: Any, response: Any) -> None:
    """A handler of the gateway's responses: writes a line if the stage has a log."""
    configuration = context.stage_configuration or {}
    settings = configuration.get("accessLogSettings") or {}
    arn, template = settings.get("destinationArn"), settings.get("format")
    if not arn or not template or not context.context_variables:
        return
    write(arn, template, values_of(context, response), f"{context.api_id}/{context.stage}")


def write(
    arn: str, template: str, values: Mapping[str, Any], place: str, as_role: bool = True
) -> None:
    """Adds a line to the log group with an ARN; `place` is an API and its stage.

    The role that the account's settings have writes it or, not `as_role`, the account's owner.
    """
    match = LOG_GROUP.fullmatch(arn)
    if match is None:
        return
    line = line_of(template, values).rstrip("\n")
    region, account, group = match.groups()
    stream = hashlib.md5(place.encode()).hexdigest()  # noqa: S324
    WRITER.write((account, region, group, stream, as_role), line)


def values_of(context: Any, response: Any) -> dict[str, Any]:
    """The variables of access logs: those of mapping templates, and what is known at the end."""
    values: dict[str, Any] = dict(context.context_variables)
    now = int(time.time() * 1000)
    endpoint = context.endpoint_response
    status = endpoint["status_code"] if endpoint else None
    latency = getattr(context, "integration_latency", None)
    error = values.get("error") or {}
    message = error.get("message") if endpoint is None or error else None
    integration = {"status": status, "integrationStatus": status, "latency": latency}
    return values | {
        "status": response.status_code,
        "responseLength": len(response.data),
        "responseLatency": now - int(values.get("requestTimeEpoch") or now),
        "integrationLatency": latency,
        "integrationStatus": status,
        "integrationErrorMessage": message if context.integration else None,
        "integration": integration | {"error": message if context.integration else None},
        "xrayTraceId": context.trace_id,
    }


class Writer:
    """Writes lines in a thread of its own, those of a log stream together."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Destination, dict[str, Any]]] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def write(self, destination: Destination, line: str) -> None:
        """Adds a line. It is lost if more wait than are written."""
        event = {"timestamp": int(time.time() * 1000), "message": line}
        try:
            self._waiting.put_nowait((destination, event))
        except queue.Full:
            LOG.warning("An access log's line is lost: too many are waiting")
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="access-logs", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            lines: dict[Destination, list[dict[str, Any]]] = {}
            destination, event = self._waiting.get()
            lines.setdefault(destination, []).append(event)
            while not self._waiting.empty() and len(lines) < MOST_TOGETHER:
                destination, event = self._waiting.get()
                lines.setdefault(destination, []).append(event)
            for destination, events in lines.items():
                try:
                    _put(destination, events)
                except Exception as error:
                    LOG.warning("The access log %s takes no lines: %s", destination[2], error)


WRITER = Writer()


def _put(destination: Destination, events: list[dict[str, Any]]) -> None:
    account, region, group, stream, as_role = destination
    client = _client(account, region, as_role)
    named = {"logGroupName": group, "logStreamName": stream}
    try:
        client.put_log_events(**named, logEvents=events)
    except client.exceptions.ResourceNotFoundException:
        client.create_log_stream(**named)
        client.put_log_events(**named, logEvents=events)


def _client(account: str, region: str, as_role: bool) -> Any:
    settings: Any = apigateway_backends[account][region].account
    role = settings.cloudwatch_role_arn
    if role and as_role:
        return connect_as(role, region, "apigateway").get_client("logs")
    return connect_to(aws_access_key_id=account, region_name=region).get_client("logs")
