"""What the server of `botocore_calls.py` answers, byte by byte."""

from __future__ import annotations

import json
import zlib
from typing import Any

ITEM = b'{"Item": {"sku": {"S": "mug \\u00fc"}, "photo": {"B": "AAEC"}, "stock": {"N": "3"}}}'


def answer(status: str, body: bytes, *headers: str, length: bool = True) -> bytes:
    """A response with some of the headers of AWS."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/x-amz-json-1.0"]
    lines += ["x-amzn-RequestId: request-1", *headers]
    lines += [f"Content-Length: {len(body)}"] if length else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def error(status: str, code: str, **fields: Any) -> bytes:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **fields})
    return answer(status, body.encode(), f"x-amzn-ErrorType: {code}")


def reply(text: str) -> bytes:
    return answer("200 OK", text.encode())


OK = answer("200 OK", ITEM)

THROTTLED = error("400 Bad Request", "ProvisionedThroughputExceededException", message="slow")

BROKEN = error("500 Internal Server Error", "InternalServerError", message="again")

MISSING = error("400 Bad Request", "ResourceNotFoundException", message="none")

NO_QUEUE = answer(
    "400 Bad Request",
    b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "none"}',
    "x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender",
)

CANCELED = error(
    "400 Bad Request",
    "TransactionCanceledException",
    Message="no",
    CancellationReasons=[{"Code": "ConditionalCheckFailed", "Item": {"n": {"N": "1"}}}],
)

CHUNKED = answer(
    "200 OK",
    b"%x\r\n%b\r\n0\r\n\r\n" % (len(ITEM), ITEM),
    "Transfer-Encoding: chunked",
    length=False,
)

RIGHT = answer("200 OK", ITEM, f"x-amz-crc32: {zlib.crc32(ITEM)}")

WRONG = answer("200 OK", ITEM, "x-amz-crc32: 1")

CLOSING = answer("200 OK", ITEM, "Connection: close")

STRANGE = (
    '{"Item": {"a": {"S": null, "N": "1"}, "b": {"__type": "x", "BOOL": true}, "c": {"B": "AA=="},'
    ' "d": {"L": [{"NULL": true}]}, "e": {"M": {"f": {"NS": ["1"]}}}, "g": {"BS": ["AA=="]}},'
    ' "New": 1, "ConsumedCapacity": {"CapacityUnits": 0.5, "TableName": null}}'
)

HANG_UP, SILENCE = b"", None
