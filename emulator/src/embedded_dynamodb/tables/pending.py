"""What a table or an index is becoming: it is being created, updated or deleted until a moment.

AWS's control plane is asynchronous: an answer says what has begun, and DescribeTable when it is
done. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from embedded_dynamodb.tables.table import Table

CREATING, UPDATING, DELETING, ACTIVE = "CREATING", "UPDATING", "DELETING", "ACTIVE"


class Pending(TypedDict):
    """A change that is not done yet; plain data, so that it can be saved."""

    status: str
    # The index that it is about; None for the table itself.
    index: str | None
    # Until then the table is UPDATING, and nothing else of it can be changed.
    busy_until: float
    # An index is filled when its resources are there.
    until: float
    # What DescribeTable shows only then; None for what is gone then.
    settings: dict[str, Any]


def status_of(table: "Table", index: str | None = None) -> str:
    """The status of a table or of one of its indexes."""
    for change in table.pending:
        if change["index"] == index:
            return change["status"]
    if index is None and any(change["busy_until"] for change in table.pending):
        return UPDATING
    return ACTIVE


def is_backfilling(table: "Table", index: str) -> bool | None:
    """Whether a new index is being filled; None if it is not new."""
    for change in table.pending:
        if change["index"] == index and change["status"] == CREATING:
            return not change["busy_until"]
    return None


def settle(table: "Table", now: float) -> bool:
    """Ends what is done by now. Returns whether the table is still there."""
    for change in list(table.pending):
        if change["until"] <= now:
            if change["index"] is None and change["status"] == DELETING:
                return False
            table.pending.remove(change)
            _finish(table, change, now)
        elif change["busy_until"] <= now:
            change["busy_until"] = 0.0
    return True


def _finish(table: "Table", change: Pending, now: float) -> None:
    index = change["index"]
    if index is None:
        _set(table.settings, change["settings"], now)
    elif change["status"] == DELETING:
        del table.indexes[index]
        table.forget_unused_types()
    elif index in table.indexes:
        _set(table.indexes[index].settings, change["settings"], now)


def _set(settings: dict[str, Any], new: dict[str, Any], now: float) -> None:
    """New settings; when throughput changed is what shows it."""
    before = dict(settings)
    settings.update(new)
    for name in [name for name, value in new.items() if value is None]:
        del settings[name]
    if note_change(settings, new, now, before) == "LastDecreaseDateTime":
        settings["Decreases"] = [_day(now), decreases(before, now) + 1]


def note_change(
    settings: dict[str, Any],
    new: dict[str, Any],
    now: float,
    before: dict[str, Any] | None = None,
) -> str | None:
    """Sets the member that says when throughput changed in this way, and returns its name."""
    member = _throughput_change(settings if before is None else before, new)
    if member is not None:
        settings[member] = now
    return member


def _throughput_change(settings: dict[str, Any], new: dict[str, Any]) -> str | None:
    before, after = settings.get("ProvisionedThroughput"), new.get("ProvisionedThroughput")
    if before is None or after is None:
        return None
    if any(after[name] > before[name] for name in after):
        return "LastIncreaseDateTime"
    return "LastDecreaseDateTime" if after != before else None


def decreases(settings: dict[str, Any], now: float) -> int:
    """NumberOfDecreasesToday; AWS's days are those of UTC."""
    day, count = settings.get("Decreases", (0, 0))
    return int(count) if day == _day(now) else 0


def _day(now: float) -> int:
    return datetime.fromtimestamp(now, UTC).toordinal()
