"""Sends the logs of invocations to CloudWatch Logs.

LocalStack calls CloudWatch Logs for each invocation. Here the lines of several invocations are sent
together, with a short delay, as on AWS. Each stream keeps its order.

LocalStack creates the log group whenever a stream is missing, and loses the lines if that is not
allowed. Here a role that can write to an existing group is sufficient, as on AWS. Permissions are
checked, if at all, by the called CloudWatch Logs.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler

from localstack_host.localstack_api import connect_as

LOG = logging.getLogger(__name__)
WAIT_S = 0.5
# Per call to PutLogEvents. AWS's limit is 1 MB, with 26 bytes added for each line.
MAX_CHARACTERS = 2**18


class LogDelivery(LogHandler):
    """LocalStack's log handler of a version, which sends batches."""

    def __init__(self, role_arn: str, region: str) -> None:
        super().__init__(role_arn, region)
        self.log_queue: Queue[Any] = BatchingQueue()

    def run_log_loop(self, *_arguments: Any, **_options: Any) -> None:
        """Writes queued items until it receives QUEUE_SHUTDOWN."""
        client = connect_as(self.role_arn, self.region, "lambda").logs
        while (item := self.log_queue.get()) is not QUEUE_SHUTDOWN:
            try:
                _write(client, item)
            except (BotoCoreError, ClientError) as error:
                LOG.warning("Lines for the log group %s are lost: %s", item.log_group, error)


@dataclass
class Lines:
    """Lines for one stream, each with the time when the function's were handed over."""

    log_group: str
    log_stream: str
    events: list[dict[str, Any]]
    characters: int

    @classmethod
    def of(cls, item: Any, now: int) -> Lines:
        """Those of LocalStack's LogItem."""
        lines = [line for line in item.logs.split("\n") if line]
        events = [{"timestamp": now, "message": f"{line}\n"} for line in lines]
        return cls(item.log_group, item.log_stream, events, len(item.logs))


class BatchingQueue(Queue[Any]):
    """A queue for one reader that joins the items of `wait_s` seconds by stream."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        super().__init__()
        self._wait_s = wait_s
        self._joined: deque[Any] = deque()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Adds a LogItem, whose lines get the time of now: not that of their delivery."""
        timed = hasattr(item, "log_stream")
        super().put(Lines.of(item, int(time.time() * 1000)) if timed else item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next Lines. Items that are no LogItems (QUEUE_SHUTDOWN) come last."""
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
    """Joins Lines of the same stream, in the order of the first ones; others come last."""
    every: list[Any] = []
    open_: dict[tuple[str, str], Lines] = {}
    others = []
    for item in items:
        if not isinstance(item, Lines):
            others.append(item)
            continue
        stream = (item.log_group, item.log_stream)
        before = open_.get(stream)
        if before and before.characters + item.characters < MAX_CHARACTERS:
            before.events += item.events
            before.characters += item.characters
        else:
            open_[stream] = item
            every.append(item)
    return [*every, *others]


def _write(client: Any, item: Lines) -> None:
    stream = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    if not item.events:
        return
    try:
        client.put_log_events(**stream, logEvents=item.events)
    except client.exceptions.ResourceNotFoundException:
        _make_stream(client, stream)
        client.put_log_events(**stream, logEvents=item.events)


def _make_stream(client: Any, stream: dict[str, str]) -> None:
    try:
        client.create_log_stream(**stream)
    except client.exceptions.ResourceAlreadyExistsException:
        return
    except client.exceptions.ResourceNotFoundException:
        client.create_log_group(logGroupName=stream["logGroupName"])
        client.create_log_stream(**stream)
