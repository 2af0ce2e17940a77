"""A backup: a table's items and settings at a moment."""

from dataclasses import dataclass
from typing import Any

from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import KeySchema
from embedded_dynamodb.tables.stored import Stored


@dataclass(frozen=True)
class Snapshot:
    """What a table is made of; items never change, so they are shared with the table."""

    table_arn: str
    schema: KeySchema
    attribute_types: dict[str, str]
    settings: dict[str, Any]
    # Only their definitions: their entries follow from the items.
    indexes: tuple[Index, ...]
    entries: dict[bytes, Stored]


@dataclass(frozen=True)
class Backup:
    """A snapshot with a name."""

    arn: str
    name: str
    # USER or SYSTEM.
    kind: str
    created: float
    expires: float | None
    size: int
    table_name: str
    table_id: str
    # SourceTableDetails and SourceTableFeatureDetails, as DescribeBackup shows them.
    source: dict[str, Any]
    features: dict[str, Any]
    snapshot: Snapshot
