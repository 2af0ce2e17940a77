"""Copies a table in parts, and resumes after the last part."""

from __future__ import annotations

import base64
import json
from typing import Any

from lab.core.progress import Progress
from lab.deploy.backup_store.manifest import Part
from lab.deploy.backup_store.vault import Vault
from lab.operate.recovery import items

PAGE = 1000
"""The items of a part, unless DynamoDB's limit of 1 MB for a page is reached first."""

READ_ORDER = (
    "orders",
    "idempotency",
    "payments",
    "reservations",
    "promotions",
    "inventory",
    "products",
)
"""Orders first, so that all items that an ended order has written are copied after it."""


def copy(
    vault: Vault, name: str, folder: tuple[str, ...], on_progress: Progress, suffix: str = ""
) -> tuple[Part, ...]:
    """Copies one table to a folder of the vault, and returns all its parts.

    With a `suffix`, copies the table whose name ends with it.
    """
    client, table = vault.target.client("dynamodb"), vault.target.table(name) + suffix
    parts, start = _existing_parts(vault, (*folder, name))
    while start is not None:
        page = _scan(client, table, start)
        start = page.get("LastEvaluatedKey")
        key = vault.path(*folder, name, f"{len(parts):05}.jsonl.gz")
        body = items.pack(page["Items"])
        parts.append(vault.put(key, body, len(page["Items"]), {"next": _encode(start)}))
        on_progress(f"{name}: {sum(part.items for part in parts):,} items")
    return tuple(parts)


def _existing_parts(
    vault: Vault, folder: tuple[str, ...]
) -> tuple[list[Part], dict[str, Any] | None]:
    """The parts of an interrupted run, and the key to resume from: {} at first, None at the end."""
    heads = [vault.head(key) for key in vault.keys(*folder)]
    start = _decode(heads[-1][1]["next"]) if heads else {}
    return [part for part, _ in heads], start


def _scan(client: Any, table: str, start: dict[str, Any]) -> dict[str, Any]:
    position = {"ExclusiveStartKey": start} if start else {}
    page: dict[str, Any] = client.scan(TableName=table, ConsistentRead=True, Limit=PAGE, **position)
    return page


def _encode(key: dict[str, Any] | None) -> str:
    """Encodes a key for object metadata; the end is an empty string."""
    return base64.b64encode(json.dumps(key).encode()).decode() if key else ""


def _decode(text: str) -> dict[str, Any] | None:
    return json.loads(base64.b64decode(text)) if text else None
