"""What of LocalStack's CloudWatch is replaced. All are names that its modules have imported."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import Any

from localstack_host.localstack_api import replace
from localstack_host.services.cloudwatch.alarm_actions import in_the_alarms_name


def apply_patches() -> None:
    """For the process, when CloudWatch is loaded."""
    from localstack.services.cloudwatch import cloudwatch_database_helper, provider_v2

    # Alarms publish to topics by it, and would do so as the emulator itself.
    untyped: Any = provider_v2
    replace(provider_v2, "connect_to", in_the_alarms_name(untyped.connect_to))
    replace(cloudwatch_database_helper, "sqlite3", SimpleNamespace(connect=connect_without_syncing))


def connect_without_syncing(*where: Any, **options: Any) -> sqlite3.Connection:
    """The database ends with the emulator: there is no power cut that it has to survive."""
    connection: sqlite3.Connection = sqlite3.connect(*where, **options)
    connection.execute("PRAGMA synchronous = OFF")
    return connection
