"""How far back point-in-time recovery reaches: both engines forget the number of days."""

from __future__ import annotations

from typing import Any

AWS_DEFAULT_DAYS = 35


def keep_period(backups: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Notes the days that were asked for in the description of a table's backups."""
    if wanted["PointInTimeRecoveryEnabled"]:
        days = wanted.get("RecoveryPeriodInDays", AWS_DEFAULT_DAYS)
        backups["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] = days
