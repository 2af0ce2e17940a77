"""Tumbling windows: a function that aggregates a stream receives its state until a window ends.

LocalStack stores the setting. The state is kept in memory: after a restart a window that had not
ended is delivered again from its first record.
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.senders.lambda_sender import LambdaSender
from localstack.utils.backoff import ExponentialBackoff

LOG = logging.getLogger(__name__)
LARGEST_STATE = 1_000_000  # bytes
# A record may be read so long after it was written.
LATE_S = 1.0
NO_STATE: dict[str, Any] = {"httpStatusCode": 200, "executedVersion": "$LATEST"}


class RememberingSender(LambdaSender):
    """LocalStack's sender of events to a function, which also sends whole events as they are."""

    response: Any = None
    """What the function has returned last."""

    def send_events(self, events: Any) -> dict[str, Any]:
        """Invokes the function with records, or with an event."""
        self.payload_dict = not isinstance(events, dict)
        self.response = None
        original: Any = super()
        self.response = original.send_events(events)
        return self.response  # type: ignore[no-any-return] # whatever a function returns


@dataclass
class Window:
    """The open window of a shard, which begins at `start`; both in seconds."""

    shard_id: str
    start: int
    length_s: int
    state: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    """Its last event that was processed."""

    def event(self, poller: Any, records: list[Any], **ends: bool) -> dict[str, Any]:
        """What the function receives."""
        return {
            "Records": records,
            "window": {"start": _shown(self.start), "end": _shown(self.start + self.length_s)},
            "state": self.state,
            "shardId": self.shard_id,
            "eventSourceARN": poller.source_arn,
            "isFinalInvokeForWindow": False,
            "isWindowTerminatedEarly": False,
        } | ends

    def process(self, poller: Any, records: list[Any], **ends: bool) -> None:
        """Invokes the function once, and keeps the state that it returns.

        Raises BatchFailureError, also if it returns none, or PartialBatchFailureError.
        """
        try:
            poller.processor.process_events_batch(self.event(poller, records, **ends))
        except PartialBatchFailureError as error:
            self._keep(error.partial_failure_payload)
            raise
        if not self._keep(poller.processor.sender.response) and not ends:
            raise BatchFailureError(error=NO_STATE)

    def _keep(self, response: Any) -> bool:
        has_state = isinstance(response, dict) and isinstance(response.get("state"), dict)
        if has_state:
            self.state = response["state"]
        return has_state


class TumblingWindows:
    """The windows of a mapping. Records belong to the one in which they were written."""

    def __init__(self, poller: Any, length_s: int) -> None:
        self._poller = poller
        self._length_s = length_s
        self.open: dict[str, Window] = {}

    def deliver(self, shard_id: str, events: list[dict[str, Any]]) -> bool:
        """Delivers a batch, window by window. Returns False if the poller was closed meanwhile."""
        for start, group in groupby(events, key=self._start_of):
            window = self.open.get(shard_id)
            if window and start > window.start and not self._end(window):
                return False
            part = list(group)
            window = self.open.setdefault(shard_id, Window(shard_id, start, self._length_s))
            if not self._poller.deliver(shard_id, part, window):
                return False
            window.last = part[-1]
            if len(json.dumps(window.state)) > LARGEST_STATE and not self._end_early(window):
                return False
        return True

    def end_what_is_over(self, shard_id: str, is_closed: bool) -> bool:
        """Ends the shard's window if its time is over, or the shard is closed.

        Returns False if the poller was closed meanwhile.
        """
        window = self.open.get(shard_id)
        if window and (is_closed or time.time() >= window.start + window.length_s + LATE_S):
            return self._end(window)
        return True

    def _end(self, window: Window) -> bool:
        if not self._invoke(window, isFinalInvokeForWindow=True):
            return False
        del self.open[window.shard_id]
        self._poller.has_ended(window)
        return True

    def _end_early(self, window: Window) -> bool:
        """Lets the function process a state that is too large; the window goes on with none."""
        ended = self._invoke(window, isWindowTerminatedEarly=True)
        window.state = {}
        return ended

    def _invoke(self, window: Window, **ends: bool) -> bool:
        """Invokes the function without records until it succeeds: the shard waits for that."""
        pauses: Any = ExponentialBackoff()  # type: ignore[call-arg] # by pydantic
        while True:
            try:
                window.process(self._poller, [], **ends)
            except (BatchFailureError, PartialBatchFailureError):
                pass
            except Exception:  # such as a function that is not there: the batch must not be lost
                LOG.exception("A window of %s could not be ended", self._poller.source_arn)
            else:
                return True
            if self._poller._is_shutdown.wait(pauses.next_backoff()):
                return False

    def _start_of(self, event: dict[str, Any]) -> int:
        arrived = self._poller.get_approximate_arrival_time(event)
        return int(arrived // self._length_s * self._length_s)


def _shown(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
