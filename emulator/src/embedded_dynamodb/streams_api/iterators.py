"""Shard iterators: where the reading of a shard goes on, as a text for the caller."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from zlib import crc32

from embedded_dynamodb.errors import ExpiredIteratorException, ValidationException

LIFETIME = 15 * 60.0


@dataclass(frozen=True)
class ShardIterator:
    """The sequence of the first change that is wanted, in a shard of a stream."""

    arn: str
    shard: str
    sequence: int
    created: float

    def text(self) -> str:
        """As the caller gets it: the stream's ARN, a version and what is ours."""
        content = json.dumps([self.shard, self.sequence, self.created]).encode()
        whole = crc32(self.arn.encode() + content).to_bytes(4) + content
        return f"{self.arn}|1|{urlsafe_b64encode(whole).decode()}"

    def check_age(self, now: float) -> None:
        """An iterator can be used for fifteen minutes."""
        if now - self.created > LIFETIME:
            raise ExpiredIteratorException(
                "Iterator expired: it is older than 15 minutes. Get a new one by GetShardIterator."
            )


def read_iterator(text: str) -> ShardIterator:
    """The iterator that was given as this text."""
    try:
        arn, version, content = text.split("|")
        whole = urlsafe_b64decode(content.encode("ascii"))
    except ValueError:
        raise _invalid() from None
    if version != "1" or crc32(arn.encode() + whole[4:]).to_bytes(4) != whole[:4]:
        raise _invalid()
    # What has our checksum was written here.
    shard, sequence, created = json.loads(whole[4:])
    return ShardIterator(arn, shard, sequence, created)


def _invalid() -> ValidationException:
    return ValidationException(
        "Invalid ShardIterator: it is none that GetShardIterator or GetRecords answered."
    )
