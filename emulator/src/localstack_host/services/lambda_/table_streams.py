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

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
MAX_RECORDS = 1000
BEGINNING = "TRIM_HORIZON"
NEXT = "AFTER_SEQUENCE_NUMBER"


class TableStreamPoller(DynamoDBPoller):
    """Continues each shard after its last record, and a closed one with its children."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._client: Any = self.source_client
        self._begun = False
        self._last_read: dict[str, str] = {}  # the sequence number, by shard
        self._finished: set[str] = set()
        self._processed: dict[str, str] = {}  # as `_last_read`, after the function had it

    @property
    def position(self) -> dict[str, Any]:
        """Where another poller goes on: after the records that the function has processed."""
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

    def poll_events_from_shard(self, shard_id: str, shard_iterator: str) -> None:
        """Forwards the records of a shard, and continues with its children when it is closed."""
        response = self.get_records(shard_iterator)
        records, following = response["Records"], response.get("NextShardIterator")
        if records:
            self._last_read[shard_id] = records[-1]["dynamodb"]["SequenceNumber"]
        batcher = self.shard_batcher[shard_id]
        is_due = batcher.add(records)
        if following:
            self.shards[shard_id] = following
        if is_due or not following:
            self._pass_on(shard_id, batcher.flush())
            self._processed |= {
                shard: last for shard, last in self._last_read.items() if shard == shard_id
            }
        if not following:
            self._finished.add(shard_id)
            self.shards = self.initialize_shards()

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

    def _pass_on(self, shard_id: str, records: list[dict[str, Any]]) -> None:
        forward: Any = self.forward_events_to_target
        size = self.stream_parameters["BatchSize"]
        for start in range(0, len(records), size):
            forward(shard_id, records[start : start + size])


def _range(shard: dict[str, Any]) -> dict[str, str]:
    sequence_numbers: dict[str, str] = shard["SequenceNumberRange"]
    return sequence_numbers
