"""Sends the logs of invocations to CloudWatch Logs.

LocalStack calls CloudWatch Logs for each invocation. Here the lines of several invocations are sent
together, with a short delay, as on AWS. Each stream keeps its order.

LocalStack creates the log group whenever a stream is missing, and loses the lines if that is not
allowed. Here a role that can write to an existing group is sufficient, as on AWS. Permissions are
checked, if at all, by the called CloudWatch Logs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.utils.bootstrap import is_api_enabled

from localstack_host.localstack_api import connect_as
from localstack_host.performance.pooled_threads import PooledThread

LOG = logging.getLogger(__name__)
WAIT_S = 0.5
STOP_S = 2.0
# Per call to PutLogEvents. AWS's limit is 1 MB, with 26 bytes added for each line.
MAX_CHARACTERS = 2**18


class LogDelivery(LogHandler):
    """LocalStack's log handler of a version, which sends batches.

    It has a thread only while lines are on their way: most versions are not invoked any more.
    """

    def __init__(self, role_arn: str, region: str, wait_s: float = WAIT_S) -> None:
        super().__init__(role_arn, region)
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._waiting: list[Lines] = []
        self._delivery: PooledThread | None = None

    def start_subscriber(self) -> None:
        """Does nothing: the first lines start the delivery."""

    def add_logs(self, log_item: Any) -> None:
        """Sends the lines after a moment, with the time of now: not that of their delivery."""
        if not is_api_enabled("logs"):
            return
        with self._lock:
            self._waiting.append(Lines.of(log_item, int(time.time() * 1000)))
            if self._delivery is None:
                delivery = PooledThread(self._deliver)
                delivery.start()
                self._delivery = delivery

    def stop(self) -> None:
        """Waits until all lines are sent, for `STOP_S` at most."""
        if delivery := self._delivery:
            delivery.join(STOP_S)

    def _deliver(self) -> None:
        while self._has_lines():
            time.sleep(self._wait_s)
            with self._lock:
                waiting, self._waiting = self._waiting, []
            for lines in joined(waiting):
                self._send(lines)

    def _has_lines(self) -> bool:
        with self._lock:
            if not self._waiting:
                self._delivery = None
            return bool(self._waiting)

    def _send(self, lines: Lines) -> None:
        try:
            _write(self._client, lines)
        except (BotoCoreError, ClientError) as error:
            LOG.warning("Lines for the log group %s are lost: %s", lines.log_group, error)

    @cached_property
    def _client(self) -> Any:
        return connect_as(self.role_arn, self.region, "lambda").logs


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


def joined(items: Iterable[Lines]) -> list[Lines]:
    """Joins Lines of the same stream, in the order of the first ones."""
    every: list[Lines] = []
    open_: dict[tuple[str, str], Lines] = {}
    for item in items:
        stream = (item.log_group, item.log_stream)
        before = open_.get(stream)
        if before and before.characters + item.characters < MAX_CHARACTERS:
            before.events += item.events
            before.characters += item.characters
        else:
            open_[stream] = item
            every.append(item)
    return every


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
