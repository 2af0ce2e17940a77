"""The members of each operation's request of the DynamoDB Streams API."""

from embedded_dynamodb.validation.members import NEW_TABLE_NAME
from embedded_dynamodb.validation.requests import RequestShape
from embedded_dynamodb.validation.shapes import Shape, Structure, Text, Whole

_ARN = Text(37, 1024)
_SHARD = Text(28, 65)


def _request(members: dict[str, Shape], *required: str) -> RequestShape:
    return RequestShape(Structure("Request", members, frozenset(required)))


STREAMS: dict[str, RequestShape] = {
    "ListStreams": _request(
        {
            "TableName": NEW_TABLE_NAME,
            "Limit": Whole(1, 100),
            "ExclusiveStartStreamArn": _ARN,
        }
    ),
    "DescribeStream": _request(
        {
            "StreamArn": _ARN,
            "Limit": Whole(1, 100),
            "ExclusiveStartShardId": _SHARD,
            "ShardFilter": Structure(
                "ShardFilter",
                {"Type": Text(values=("CHILD_SHARDS",)), "ShardId": _SHARD},
                frozenset(("Type", "ShardId")),
            ),
        },
        "StreamArn",
    ),
    "GetShardIterator": _request(
        {
            "StreamArn": _ARN,
            "ShardId": _SHARD,
            "ShardIteratorType": Text(
                values=("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
            ),
            "SequenceNumber": Text(21, 40),
        },
        "StreamArn",
        "ShardId",
        "ShardIteratorType",
    ),
    "GetRecords": _request(
        {"ShardIterator": Text(1, 2048), "Limit": Whole(1, 1000)}, "ShardIterator"
    ),
}
