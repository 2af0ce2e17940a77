"""Changes of the control plane begin and take a settable time; meanwhile others are refused."""

from typing import TYPE_CHECKING, Any

from embedded_dynamodb.errors import (
    LimitExceededException,
    ResourceInUseException,
    ValidationException,
)
from embedded_dynamodb.tables.pending import (
    ACTIVE,
    CREATING,
    DELETING,
    UPDATING,
    Pending,
    is_backfilling,
    status_of,
)
from embedded_dynamodb.tables.table import Table

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine

_WORDS = {CREATING: "created", UPDATING: "updated", DELETING: "deleted"}
_IN_USE = "Attempt to change a resource which is still in use: "


def begin(
    engine: "Engine",
    table: Table,
    status: str,
    *,
    index: str | None = None,
    settings: dict[str, Any] | None = None,
) -> None:
    """Notes a change of a table or an index; `settings` are those that are shown when it is done.

    A new index gets its resources first, and is filled in the other half of the time:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
    """
    now, delay = engine.clock(), engine.settings.control_plane_seconds
    busy = delay / 2 if index is not None and status != UPDATING else delay
    change: Pending = {
        "status": status,
        "index": index,
        "busy_until": now + busy,
        "until": now + delay,
        "settings": settings or {},
    }
    table.pending.append(change)


def check_not_in_use(table: Table, *statuses: str) -> None:
    """Refuses to change a table that is being created, updated or deleted, or in `statuses`."""
    status = table.status
    if status != ACTIVE and (not statuses or status in statuses):
        raise ResourceInUseException(f"{_IN_USE}Table is being {_WORDS[status]}: {table.name}")


def check_no_index_in_use(table: Table) -> None:
    """Refuses to delete a table of which an index is being created, updated or deleted."""
    for name in table.indexes:
        _check_index(table, name)


def _check_index(table: Table, name: str, *allowed: str) -> None:
    status = status_of(table, name)
    if status != ACTIVE and status not in allowed:
        raise ResourceInUseException(
            f"{_IN_USE}Index is being {_WORDS[status]}.  Table: {table.name} Index: {name}"
        )


def check_index_changes(table: Table, updates: list[dict[str, Any]]) -> None:
    """One index is created or deleted at a time; one that is being filled can be deleted."""
    online = [
        one["index"]
        for one in table.pending
        if one["index"] is not None and one["status"] in (CREATING, DELETING)
    ]
    for update in updates:
        if update.get("Update") is not None:
            # An index that is being filled can get other throughput.
            _check_index(table, update["Update"]["IndexName"], CREATING)
            continue
        removed = (update.get("Delete") or {}).get("IndexName")
        if removed in online and is_backfilling(table, removed):
            continue
        if removed is not None:
            _check_index(table, removed)
        if online:
            raise one_at_a_time()


def one_at_a_time() -> LimitExceededException:
    """What a second index that is created or deleted gets."""
    return LimitExceededException(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted "
        "simultaneously per table"
    )


def blocked(action: str) -> ValidationException:
    """What AWS says of an index update that it does not take."""
    return ValidationException(
        "This operation cannot be performed with given input values. Please contact DynamoDB "
        f"service team for more info: Action Blocked: {action}"
    )
