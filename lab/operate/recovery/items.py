"""Items of a table as bytes and back, without loss.

One item per line in DynamoDB's own JSON, gzipped: what DynamoDB's export to S3 writes and its
import reads, so a copy can be used without this lab.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any

Item = dict[str, Any]
"""With its types, as DynamoDB's low-level API gives and takes it: `{"sku": {"S": "TEA"}}`."""


def pack(items: Iterable[Item]) -> bytes:
    """The same items always give the same bytes: nothing tells when it was done."""
    lines = (json.dumps({"Item": item}, default=_text, sort_keys=True) + "\n" for item in items)
    return gzip.compress("".join(lines).encode(), mtime=0)


def unpack(body: bytes) -> list[Item]:
    """The items in the bytes of a part."""
    lines = gzip.decompress(body).decode().splitlines()
    return [json.loads(line, object_hook=_with_bytes)["Item"] for line in lines]


def _text(value: Any) -> str:
    """Binary values, the only ones that JSON cannot hold."""
    return base64.b64encode(bytes(value)).decode()


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """`{"B": "…"}` is a binary value; an attribute that is called B has an object in it."""
    if isinstance(text := value.get("B"), str):
        return {"B": base64.b64decode(text)}
    texts = value.get("BS")
    if isinstance(texts, list):
        return {"BS": [base64.b64decode(text) for text in texts]}
    return value
