"""Reads the stream of a table for a function, shard by shard.

LocalStack lists the shards once. When one is closed, after some four hours on AWS, or an iterator
has expired, it restarts all of them at the mapping's starting position: with TRIM_HORIZON the
function receives a day of records again, and with LATEST it misses some.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.dynamodb_poller import (
    DynamoDBPoller,
)

from embedded_dynamodb.streams import shown_sequence
from embedded_dynamodb.streams_api.iterators import read_iterator
from localstack_host.services.lambda_.stream_batches import ENVELOPE, StreamBatches
from localstack_host.services.lambda_.tumbling_windows import Window

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
MAX_RECORDS = 1000
# Of JSON for a byte of an item: one without a name that is empty is `{"NULL": true}, `.
LONGEST_BYTE = 20
BEGINNING = "TRIM_HORIZON"
NEXT = "AFTER_SEQUENCE_NUMBER"


class TableStreamPoller(StreamBatches, DynamoDBPoller):
    """Continues each shard after its last record, and a closed one with its children."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._client: Any = self.source_client
        self._begun = False
        self._processed: dict[str, str] = {}  # as `_last_read`, after the function had it

    @property
    def position(self) -> dict[str, Any]:
        """Where another poller goes on: after the records that the function has processed."""
        if self._before is not None:  # this one has never polled
            before: Any = self._before.poller
            return dict(before.position)
        return {
            "begun": self._begun,
            "processed": dict(self._processed),
            "finished": sorted(self._finished),
        }

    def go_on_from(self, position: dict[str, Any]) -> None:
        """Begins at the position of another poller of the same mapping."""
        self._begun = position["begun"]
        self._last_read = dict(position["processed"])
        self._processed = dict(position["processed"])
        self._finished = set(position["finished"])

    @property
    def stream_parameters(self) -> dict[str, Any]:
        """The mapping's settings; a batch is not larger than the limit of GetRecords."""
        settings: dict[str, Any] = super().stream_parameters
        return settings | {"BatchSize": min(settings["BatchSize"], MAX_RECORDS)}

    def initialize_shards(self) -> dict[str, str]:
        """Returns an iterator for each shard that can be read now, by the shard's id.

        A shard is read when its parent has been read completely, so that the changes of an item
        stay in order.
        """
        described = self._client.describe_stream(StreamArn=self.source_arn)
        stream = described["StreamDescription"]
        if stream["StreamStatus"] == "DISABLED" and not self._begun:
            return {}
        if not self._begun:
            self._begin(stream["Shards"])
        listed = {shard["ShardId"] for shard in stream["Shards"]}
        unread = listed - self._finished
        return {
            shard["ShardId"]: self._iterator(shard["ShardId"], _range(shard))
            for shard in stream["Shards"]
            if shard["ShardId"] in unread and shard.get("ParentShardId") not in unread
        }

    def take_over(self, before: Any) -> None:
        """Continues where the poller before this one has ended."""
        super().take_over(before)
        self._begun, self._processed = before._begun, before._processed

    def get_approximate_arrival_time(self, record: dict[str, Any]) -> float:
        """When the record was written, in seconds; LocalStack says now, so that none expires."""
        return float(record["dynamodb"]["ApproximateCreationDateTime"])

    def number_of(self, record: dict[str, Any]) -> str:
        """The sequence number of a record of GetRecords."""
        return str(record["dynamodb"]["SequenceNumber"])

    def largest_size(self, event: dict[str, Any]) -> int:
        """How many bytes an event can have at most, by the size of its record."""
        return int(LONGEST_BYTE * event["dynamodb"]["SizeBytes"]) + ENVELOPE

    def has_processed(self, shard_id: str, last: dict[str, Any] | None) -> None:
        """Notes the last record that need not be read again, also if no filter matched it."""
        if self.is_open(shard_id):
            return
        if not self.is_waiting(shard_id) and shard_id in self._last_read:
            self._processed[shard_id] = self._last_read[shard_id]
        elif last is not None:
            self._processed[shard_id] = self.number_of(last)

    def has_ended(self, window: Window) -> None:
        """Notes the last record of a tumbling window."""
        self._processed[window.shard_id] = self.number_of(window.last)

    def _begin(self, shards: list[dict[str, Any]]) -> None:
        self._begun = True
        if self.stream_parameters["StartingPosition"] == BEGINNING:
            return
        closed = (shard for shard in shards if "EndingSequenceNumber" in _range(shard))
        self._finished.update(shard["ShardId"] for shard in closed)
        for shard in shards:
            if shard["ShardId"] not in self._finished:
                self._last_read.setdefault(shard["ShardId"], "")
                self._processed.setdefault(shard["ShardId"], "")

    def _iterator(self, shard_id: str, numbers: dict[str, str]) -> str:
        position: dict[str, str] = {"ShardIteratorType": BEGINNING}
        last = self._last_read.get(shard_id)
        if last:
            position = {"ShardIteratorType": NEXT, "SequenceNumber": last}
        elif last == "":  # not read yet, and the mapping starts at LATEST
            position = {"ShardIteratorType": "LATEST"}
        response = self._client.get_shard_iterator(
            StreamArn=self.source_arn, ShardId=shard_id, **position
        )
        iterator = str(response["ShardIterator"])
        if last == "":  # from now on everything counts, also after the iterator has expired
            before = shown_sequence(read_iterator(iterator).sequence - 1)
            first = max(before, numbers["StartingSequenceNumber"])
            self._last_read[shard_id] = self._processed[shard_id] = first
        return iterator


def _range(shard: dict[str, Any]) -> dict[str, str]:
    sequence_numbers: dict[str, str] = shard["SequenceNumberRange"]
    return sequence_numbers
