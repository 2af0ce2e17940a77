"""Logs of invocations, on their way to CloudWatch Logs.

LocalStack calls CloudWatch Logs for each invocation. Under load the lines of several invocations go
there together here, a moment later, as they do on AWS. Each stream keeps its order.

And LocalStack creates the log group whenever a stream is missing, and loses the lines if it may
not. A role that can write into its group, which Terraform has made, is enough here, as it is on
AWS. Permissions are checked, or not, where CloudWatch Logs is called: nothing here depends on it.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from queue import Empty, Queue
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler

from localstack_host.localstack_api import connect_as

LOG = logging.getLogger(__name__)
WAIT_S = 0.25
# Of one call to PutLogEvents, which AWS lets have 1 MB with 26 bytes more for each line.
MAX_CHARACTERS = 2**18


class LogDelivery(LogHandler):
    """LocalStack's, of one version of a function, which writes in a way of its own."""

    def __init__(self, role_arn: str, region: str) -> None:
        super().__init__(role_arn, region)
        self.log_queue: Queue[Any] = Gathering()

    def run_log_loop(self, *_arguments: Any, **_options: Any) -> None:
        """Writes what is queued until the pill comes that ends it."""
        client = connect_as(self.role_arn, self.region, "lambda").logs
        while (item := self.log_queue.get()) is not QUEUE_SHUTDOWN:
            try:
                _write(client, item)
            except (BotoCoreError, ClientError) as error:
                LOG.warning("Lines for the log group %s are lost: %s", item.log_group, error)


class Gathering(Queue[Any]):
    """A queue whose one reader gets what comes within `WAIT_S` joined by stream."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        super().__init__()
        self._wait_s = wait_s
        self._joined: deque[Any] = deque()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next item; what is not of a log's kind (the wish to stop) comes last."""
        if not self._joined:
            first = super().get(block, timeout)
            time.sleep(self._wait_s)
            self._joined.extend(joined([first, *self._waiting()]))
        return self._joined.popleft()

    def _waiting(self) -> Iterator[Any]:
        with suppress(Empty):
            while True:
                yield super().get(block=False)


def joined(items: Iterable[Any]) -> list[Any]:
    """LogItems of the same stream as one, in the order of their first; others behind them."""
    logs: list[Any] = []
    open_: dict[tuple[str, str], int] = {}
    others = []
    for item in items:
        if not hasattr(item, "log_stream"):
            others.append(item)
            continue
        stream = (item.log_group, item.log_stream)
        at = open_.get(stream)
        if at is not None and len(logs[at].logs) + len(item.logs) < MAX_CHARACTERS:
            logs[at] = replace(logs[at], logs=f"{logs[at].logs}\n{item.logs}")
        else:
            open_[stream] = len(logs)
            logs.append(item)
    return [*logs, *others]


def _write(client: Any, item: Any) -> None:
    stream = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    now = int(time.time() * 1000)
    lines = [{"timestamp": now, "message": f"{line}\n"} for line in item.logs.split("\n") if line]
    try:
        client.put_log_events(**stream, logEvents=lines)
    except client.exceptions.ResourceNotFoundException:
        _make_stream(client, stream)
        client.put_log_events(**stream, logEvents=lines)


def _make_stream(client: Any, stream: dict[str, str]) -> None:
    try:
        client.create_log_stream(**stream)
    except client.exceptions.ResourceAlreadyExistsException:
        return
    except client.exceptions.ResourceNotFoundException:
        client.create_log_group(logGroupName=stream["logGroupName"])
        client.create_log_stream(**stream)
