"""Serializes items of a table without loss.

The format is one item per line in DynamoDB JSON, gzipped, as DynamoDB's export to S3 writes it and
its import reads it. A copy can therefore be used without the lab.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any

Item = dict[str, Any]
"""An item with types, as in DynamoDB's low-level API: `{"sku": {"S": "TEA"}}`."""


def pack(items: Iterable[Item]) -> bytes:
    """Serializes items. Equal items give equal bytes: there is no timestamp."""
    lines = (json.dumps({"Item": item}, default=_text, sort_keys=True) + "\n" for item in items)
    return gzip.compress("".join(lines).encode(), mtime=0)


def unpack(body: bytes) -> list[Item]:
    """Deserializes the items of a part."""
    lines = gzip.decompress(body).decode().splitlines()
    return [json.loads(line, object_hook=_with_bytes)["Item"] for line in lines]


def _text(value: Any) -> str:
    """Encodes binary values, the only type that JSON does not have."""
    return base64.b64encode(bytes(value)).decode()


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Decodes binary values, `{"B": "…"}`. An attribute named B has an object as its value."""
    if isinstance(text := value.get("B"), str):
        return {"B": base64.b64decode(text)}
    texts = value.get("BS")
    if isinstance(texts, list):
        return {"BS": [base64.b64decode(text) for text in texts]}
    return value
