"""Reads a stream of Kinesis for a function, shard by shard.

LocalStack lists the shards once. When one is closed by a split or a merge, or an iterator has
expired after five minutes, it restarts all of them at the mapping's starting position.
https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
"""

from __future__ import annotations

from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.kinesis_poller import KinesisPoller

from localstack_host.services.lambda_.stream_batches import ENVELOPE, StreamBatches

AT_TIMESTAMP = "AT_TIMESTAMP"


class KinesisStreamPoller(StreamBatches, KinesisPoller):
    """Continues each shard after its last record. Shards that are added are read completely."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._listed: frozenset[str] | None = None  # at the mapping's start

    def take_over(self, before: Any) -> None:
        """Continues where the poller before this one has ended."""
        super().take_over(before)
        self._listed = before._listed

    def initialize_shards(self) -> dict[str, str]:
        """Returns an iterator for each shard that is not finished, by the shard's id."""
        client: Any = self.source_client
        stream = client.describe_stream(StreamARN=self.source_arn)["StreamDescription"]
        if stream["StreamStatus"] not in ("ACTIVE", "UPDATING"):
            return {}
        shards = [shard["ShardId"] for shard in stream["Shards"]]
        if self._listed is None:
            self._listed = frozenset(shards)
        return {shard: self._iterator(shard) for shard in shards if shard not in self._finished}

    def number_of(self, record: dict[str, Any]) -> str:
        """The sequence number of a record of GetRecords."""
        return str(record["SequenceNumber"])

    def largest_size(self, event: dict[str, Any]) -> int:
        """How many bytes an event can have at most; its key may be of characters of six each."""
        return len(event["kinesis"]["data"]) + ENVELOPE

    def _iterator(self, shard_id: str) -> str:
        client: Any = self.source_client
        response = client.get_shard_iterator(
            StreamARN=self.source_arn, ShardId=shard_id, **self._position(shard_id)
        )
        return str(response["ShardIterator"])

    def _position(self, shard_id: str) -> dict[str, Any]:
        if last := self._last_read.get(shard_id):
            return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": last}
        if self._listed is not None and shard_id not in self._listed:
            return {"ShardIteratorType": "TRIM_HORIZON"}
        starting = str(self.stream_parameters["StartingPosition"])
        if starting == AT_TIMESTAMP:
            moment = self.mapping["StartingPositionTimestamp"]
            return {"ShardIteratorType": starting, "Timestamp": moment}
        return {"ShardIteratorType": starting}
