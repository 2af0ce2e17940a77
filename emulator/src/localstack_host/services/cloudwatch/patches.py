"""The patches of CloudWatch. All are names that its modules have imported."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import Any

from localstack_host.localstack_api import replace
from localstack_host.services.cloudwatch.alarm_actions import connect_as_alarm


def apply_patches() -> None:
    """Applies the patches, when CloudWatch is loaded."""
    from localstack.services.cloudwatch import cloudwatch_database_helper, provider_v2

    # Alarms use it to publish to topics, which they would do as the emulator itself.
    untyped: Any = provider_v2
    replace(provider_v2, "connect_to", connect_as_alarm(untyped.connect_to))
    replace(cloudwatch_database_helper, "sqlite3", SimpleNamespace(connect=connect_without_syncing))


def connect_without_syncing(*where: Any, **options: Any) -> sqlite3.Connection:
    """Connects without fsync: the database is deleted when the emulator ends."""
    connection: sqlite3.Connection = sqlite3.connect(*where, **options)
    connection.execute("PRAGMA synchronous = OFF")
    return connection
