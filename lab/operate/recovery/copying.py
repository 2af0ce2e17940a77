"""Reads a table into parts, and goes on after the last one that is there."""

from __future__ import annotations

import base64
import json
from typing import Any

from lab.console.progress import Say
from lab.deploy.backup_store.manifest import Part
from lab.deploy.backup_store.vault import Vault
from lab.operate.recovery import items

PAGE = 1000
"""Items of a part, unless they are more than the megabyte that DynamoDB gives at once."""

READ_ORDER = (
    "orders",
    "idempotency",
    "payments",
    "reservations",
    "promotions",
    "inventory",
    "products",
)
"""Orders first: what an order left in the other tables before it ended is there for certain."""


def copy(
    vault: Vault, name: str, folder: tuple[str, ...], say: Say, suffix: str = ""
) -> tuple[Part, ...]:
    """Copies one table below a folder of the vault; gives all its parts.

    With a `suffix`, it is the table whose name ends with it.
    """
    client, table = vault.target.client("dynamodb"), vault.target.table(name) + suffix
    parts, start = _there(vault, (*folder, name))
    while start is not None:
        page = _scan(client, table, start)
        start = page.get("LastEvaluatedKey")
        key = vault.path(*folder, name, f"{len(parts):05}.jsonl.gz")
        body = items.pack(page["Items"])
        parts.append(vault.put(key, body, len(page["Items"]), {"next": _word(start)}))
        say(f"{name}: {sum(part.items for part in parts):,} items")
    return tuple(parts)


def _there(vault: Vault, folder: tuple[str, ...]) -> tuple[list[Part], dict[str, Any] | None]:
    """What an interrupted run wrote, and the key to go on from: {} at first, None at the end."""
    heads = [vault.head(key) for key in vault.keys(*folder)]
    start = _key(heads[-1][1]["next"]) if heads else {}
    return [part for part, _ in heads], start


def _scan(client: Any, table: str, start: dict[str, Any]) -> dict[str, Any]:
    after = {"ExclusiveStartKey": start} if start else {}
    page: dict[str, Any] = client.scan(TableName=table, ConsistentRead=True, Limit=PAGE, **after)
    return page


def _word(key: dict[str, Any] | None) -> str:
    """A key as a word that fits into metadata; the end is an empty one."""
    return base64.b64encode(json.dumps(key).encode()).decode() if key else ""


def _key(word: str) -> dict[str, Any] | None:
    return json.loads(base64.b64decode(word)) if word else None
