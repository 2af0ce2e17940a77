"""Collects the records of a stream into batches, and delivers them as AWS does.

A batch is delivered when it is full, when an event could not hold more, or when the mapping's
batching window ends, which begins with the first record. Records that no filter matches are not
part of a batch. LocalStack's window begins with the previous batch, its batches have no largest
size, and it does not split a batch that has failed.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.pollers.poller import get_batch_item_failures
from localstack.services.lambda_.event_source_mapping.pollers.stream_poller import StreamPoller
from localstack.utils.backoff import ExponentialBackoff

from localstack_host.services.lambda_.batch_window import LARGEST_BATCH
from localstack_host.services.lambda_.mapping_worker import predecessor
from localstack_host.services.lambda_.tumbling_windows import TumblingWindows, Window

Event = dict[str, Any]
"""A record, as the function receives it."""

EXPIRED = "RecordAgeExceeded"
LOG = logging.getLogger(__name__)
LOOK_EVERY_S = 0.1
ENVELOPE = 4_000
"""Bytes of an event beside its data, at most."""


@dataclass
class Collected:
    """Events of one shard that wait for their batch to be due.

    A batch has at most `most` events. `window_s` is the batching window; 0: none. `estimate` is at
    least an event's size in bytes; what all of them exceed is measured, which takes longer.
    """

    most: int
    window_s: float
    estimate: Callable[[Event], int]
    events: list[Event] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    measured: int = 0
    since: float = 0.0

    def add(self, events: list[Event]) -> None:
        """Adds events; the window begins with the first."""
        if not self.events:
            self.since = time.monotonic()
        self.events += events
        self.sizes += map(self.estimate, events)
        if sum(self.sizes) >= LARGEST_BATCH:
            new = self.events[self.measured :]
            self.sizes[self.measured :] = [len(json.dumps(one, default=str)) + 1 for one in new]
            self.measured = len(self.events)

    def put_back(self, batch: list[Event]) -> None:
        """Puts a batch back that was not delivered, as the poller is closed."""
        self.events[:0] = batch
        self.sizes[:0] = [0] * len(batch)
        self.measured += len(batch)

    @property
    def is_due(self) -> bool:
        """Whether a batch has to be delivered now."""
        if not self.events:
            return False
        return (
            len(self.events) >= self.most
            or time.monotonic() - self.since >= self.window_s
            or sum(self.sizes) >= LARGEST_BATCH
        )

    def take(self) -> list[Event]:
        """Removes the next batch. The window of the others begins now."""
        count, size = 1, self.sizes[0]
        for more in self.sizes[1 : self.most]:
            size += more
            if size > LARGEST_BATCH:
                break
            count += 1
        batch = self.events[:count]
        del self.events[:count], self.sizes[:count]
        self.measured = max(0, self.measured - count)
        self.since = time.monotonic()
        return batch


class StreamBatches(StreamPoller):
    """A poller of a stream, shard by shard."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._collected: dict[str, Collected] = defaultdict(self._nothing)
        self._before = predecessor()
        self.mapping: dict[str, Any] = {}
        """The mapping's configuration, once there is a worker."""
        self._last_read: dict[str, str] = {}  # the sequence number, by shard
        self._finished: set[str] = set()

    def poll_events(self) -> None:
        """Polls one shard, after the poller before this one has ended."""
        if self._before is not None:
            while self._before.is_at_work:
                if self._is_shutdown.wait(LOOK_EVERY_S):
                    return
            before, self._before = self._before, None
            self.take_over(before.poller)
        original: Any = super()
        original.poll_events()

    def take_over(self, before: Any) -> None:
        """Continues where the poller before this one, of the same mapping, has ended."""
        if before._before is not None:  # it has never polled
            before.take_over(before._before.poller)
        self.shards = before.shards
        self._last_read, self._finished = before._last_read, before._finished
        if self._windows is not None and before._windows is not None:
            self._windows.open = before._windows.open
        for shard_id, collected in before._collected.items():
            self._collected[shard_id].add(collected.events)

    def poll_events_from_shard(self, shard_id: str, shard_iterator: str) -> None:
        """Collects the records of a shard, and delivers the batches that are due."""
        response = self.get_records(shard_iterator)
        following = response.get("NextShardIterator")
        if response["Records"]:
            self._last_read[shard_id] = self.number_of(response["Records"][-1])
        if following:
            self.shards[shard_id] = following
        collected = self._collected[shard_id]
        collected.add(self._matching(shard_id, response["Records"]))
        while collected.is_due or (collected.events and not following):
            batch = collected.take()
            if not self._delivered(shard_id, batch):
                collected.put_back(batch)
                return
            self.has_processed(shard_id, batch[-1])
        if self._windows and not self._windows.end_what_is_over(shard_id, not following):
            return
        self.has_processed(shard_id, None)
        if not following:
            self._finished.add(shard_id)
            self.shards = self.initialize_shards()

    @abstractmethod
    def number_of(self, record: dict[str, Any]) -> str:
        """The sequence number of a record of GetRecords."""

    @abstractmethod
    def largest_size(self, event: Event) -> int:
        """How many bytes an event can have at most, by what is known of it."""

    def has_processed(self, shard_id: str, last: Event | None) -> None:
        """Called with the last event of a batch, and with None after each look at a shard."""

    def has_ended(self, window: Window) -> None:
        """Called when a tumbling window has ended: its records need not be read again."""

    def is_waiting(self, shard_id: str) -> bool:
        """Whether events of a shard wait for their batch to be due."""
        return bool(self._collected[shard_id].events)

    def is_open(self, shard_id: str) -> bool:
        """Whether a tumbling window of a shard is open, whose records count until it ends."""
        return self._windows is not None and shard_id in self._windows.open

    def deliver(self, shard_id: str, events: list[Event], window: Window | None = None) -> bool:
        """Invokes the function until the events are processed or discarded.

        Returns False if the poller was closed meanwhile.
        """
        return Delivery(self, shard_id, window).run(events)

    @cached_property
    def _windows(self) -> TumblingWindows | None:
        length_s = self.mapping.get("TumblingWindowInSeconds") or 0
        return TumblingWindows(self, length_s) if length_s else None

    def _delivered(self, shard_id: str, batch: list[Event]) -> bool:
        if self._windows is not None:
            return self._windows.deliver(shard_id, batch)
        return self.deliver(shard_id, batch)

    def _matching(self, shard_id: str, records: list[Event]) -> list[Event]:
        """The events of the records that a filter matches, with their source."""
        if not records:
            return []
        untyped: Any = self
        events = untyped.pre_filter(untyped.transform_into_events(records, shard_id))
        matching = untyped.post_filter(untyped.filter_events(events))
        return list(untyped.add_source_metadata(matching))

    def _nothing(self) -> Collected:
        settings = self.stream_parameters
        window_s = settings.get("MaximumBatchingWindowInSeconds") or 0
        # The limit of GetRecords may be smaller.
        most = self.mapping.get("BatchSize") or settings["BatchSize"]
        return Collected(most, window_s, self.largest_size)


class Delivery:
    """The delivery of one batch: attempts, splits, and what is discarded."""

    def __init__(self, poller: Any, shard_id: str, window: Window | None) -> None:
        self._poller = poller
        self._shard_id = shard_id
        self._window = window
        self._splits_failed = bool(poller.mapping.get("BisectBatchOnFunctionError"))
        self._error: dict[str, Any] = {}

    def run(self, events: list[Event], failures: int = 0) -> bool:
        """Delivers events that have failed so often. Returns False if the poller was closed."""
        settings = self._poller.stream_parameters
        pauses: Any = None
        while True:
            oldest_s = settings.get("MaximumRecordAgeInSeconds") or -1
            events = self._without_expired(events, oldest_s, failures)
            if not events:
                return True
            if self._poller.max_retries_exceeded(failures):
                self._discard(events, "RetryAttemptsExhausted", failures)
                return True
            if failures:
                pauses = pauses or ExponentialBackoff()  # type: ignore[call-arg] # by pydantic
                if self._poller._is_shutdown.wait(pauses.next_backoff()):
                    return False
            rest, is_split = self._attempt(events)
            if not rest:
                return True
            if is_split:  # which does not count as a retry
                half = len(rest) // 2
                return self.run(rest[:half], failures) and self.run(rest[half:], failures)
            events, failures = rest, failures + 1

    def _attempt(self, events: list[Event]) -> tuple[list[Event], bool]:
        """Returns the events that have failed, and whether they have to be split in two."""
        try:
            if self._window is None:
                self._poller.processor.process_events_batch(events)
            else:
                self._window.process(self._poller, events)
        except PartialBatchFailureError as error:
            self._error = error.error
            return self._from_checkpoint(events, error.partial_failure_payload), False
        except BatchFailureError as error:
            self._error = error.error
            return events, self._splits_failed and len(events) > 1
        except Exception:
            LOG.exception("A batch of %s could not be delivered", self._poller.source_arn)
            return events, False
        return [], False

    def _from_checkpoint(self, events: list[Event], payload: Any) -> list[Event]:
        """The events from the first failed one on; all, if the function names one that is none."""
        number = self._poller.get_sequence_number
        failed = get_batch_item_failures(payload, {number(event) for event in events})
        if not failed:
            return events
        return list(self._poller.bisect_events(min(failed, key=int), events)[1])

    def _without_expired(self, events: list[Event], oldest_s: int, failures: int) -> list[Event]:
        if oldest_s <= 0:
            return events
        events, expired = self._poller.bisect_events_by_record_age(oldest_s, events)
        if expired:
            self._discard(expired, EXPIRED, max(failures, 1))
        return events

    def _discard(self, events: list[Event], condition: str, attempts: int) -> None:
        """Sends a message about the events to the mapping's destination for failures."""
        context = self._poller.processor.generate_event_failure_context(
            abort_condition=condition,
            error=self._error or {"requestId": str(uuid.uuid4())},
            attempts_count=attempts,
            partner_resource_arn=self._poller.partner_resource_arn,
        )
        if condition == EXPIRED:
            context.pop("responseContext", None)
        self._poller.send_events_to_dlq(self._shard_id, events, context=context)
