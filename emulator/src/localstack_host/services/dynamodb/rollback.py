"""Taking back a write to one of moto's tables."""

from __future__ import annotations

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table


def restore(
    table: Table, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None
) -> None:
    """Puts `item` back under its key; None means that there was nothing."""
    if item is None:
        table.delete_item(hash_key, range_key)
    elif range_key is None:
        table.items[hash_key] = item  # type: ignore[assignment] # as moto has it
    else:
        table.items[hash_key][range_key] = item
