"""Filters and pages of DescribeAlarmHistory. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]
MOST = 100
# Parameters, and the fields of an item that have to be equal to them.
EQUAL = {"alarm_name": "AlarmName", "history_item_type": "HistoryItemType"}


def page(items: Sequence[Item], filters: Mapping[str, Any]) -> dict[str, Any]:
    """The matching items, newest first unless `scan_by` says otherwise; a token is a number."""
    found = sorted(
        (item for item in items if _matches(item, filters)),
        key=lambda item: item["Timestamp"],
        reverse=filters.get("scan_by") != "TimestampAscending",
    )
    token = filters.get("next_token") or "0"
    begin = int(token) if token.isdecimal() else 0
    end = begin + (filters.get("max_records") or MOST)
    answer: dict[str, Any] = {"AlarmHistoryItems": found[begin:end]}
    return answer | ({"NextToken": str(end)} if end < len(found) else {})


def _matches(item: Item, filters: Mapping[str, Any]) -> bool:
    start, end = filters.get("start_date"), filters.get("end_date")
    # Without types, the history is of metric alarms only.
    types = filters.get("alarm_types") or ["MetricAlarm"]
    if filters.get("alarm_name"):
        types = filters.get("alarm_types") or [item["AlarmType"]]
    return (
        all(filters.get(key) in (None, item[field]) for key, field in EQUAL.items())
        and item["AlarmType"] in types
        and (start is None or item["Timestamp"] >= start)
        and (end is None or item["Timestamp"] <= end)
    )
