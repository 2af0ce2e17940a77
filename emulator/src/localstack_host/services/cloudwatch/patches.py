"""The patch of CloudWatch: a name that one of its modules has imported."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import Any

from localstack_host.localstack_api import replace


def apply_patches() -> None:
    """Applies the patch, when CloudWatch is loaded."""
    from localstack.services.cloudwatch import cloudwatch_database_helper

    replace(cloudwatch_database_helper, "sqlite3", SimpleNamespace(connect=connect_without_syncing))


def connect_without_syncing(*where: Any, **options: Any) -> sqlite3.Connection:
    """Connects without fsync: the database is deleted when the emulator ends."""
    connection: sqlite3.Connection = sqlite3.connect(*where, **options)
    connection.execute("PRAGMA synchronous = OFF")
    return connection
