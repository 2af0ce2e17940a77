"""Descriptions and switches beside the table itself: time to live, backups, limits."""

from typing import Any

from embedded_dynamodb.control_plane.pending_changes import check_not_in_use
from embedded_dynamodb.control_plane.tables import find_table
from embedded_dynamodb.errors import (
    DynamoDBError,
    TableNotFoundException,
    ValidationException,
)
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.pending import CREATING, DELETING
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.tables.undo_log import UndoLog

RECOVERY_DAYS = 35
_LIMITS = {
    "AccountMaxReadCapacityUnits": 80_000,
    "AccountMaxWriteCapacityUnits": 80_000,
    "TableMaxReadCapacityUnits": 40_000,
    "TableMaxWriteCapacityUnits": 40_000,
}

Answer = dict[str, Any]


class PolicyNotFoundException(DynamoDBError):
    """The resource has no policy."""

    code = "PolicyNotFoundException"


def describe_time_to_live(request: Request) -> Answer:
    """Whether items expire, and by which attribute."""
    with request.engine.lock:
        attribute = find_table(request).time_to_live
    if attribute is None:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}}


def update_time_to_live(request: Request) -> Answer:
    """Switches expiry on or off; the same again is an error."""
    specification = request.parameters["TimeToLiveSpecification"]
    enabled, attribute = specification["Enabled"], specification["AttributeName"]
    with request.engine.lock:
        table = find_table(request)
        check_not_in_use(table, CREATING, DELETING)
        if enabled and table.time_to_live is not None:
            raise ValidationException("TimeToLive is already enabled")
        if not enabled and table.time_to_live is None:
            raise ValidationException("TimeToLive is already disabled")
        if not enabled and table.time_to_live != attribute:
            raise ValidationException(
                "TimeToLive is active on a different AttributeName: current AttributeName is "
                f"{table.time_to_live}"
            )
        table.time_to_live = attribute if enabled else None
    return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def describe_continuous_backups(request: Request) -> Answer:
    """Whether the table can be restored to a moment, and to which."""
    with request.engine.lock:
        return _backups(request, _table(request))


def update_continuous_backups(request: Request) -> Answer:
    """Switches point-in-time recovery."""
    specification = request.parameters["PointInTimeRecoverySpecification"]
    days = int(specification.get("RecoveryPeriodInDays") or RECOVERY_DAYS)
    with request.engine.lock:
        table = _table(request)
        now = request.engine.clock()
        if not specification["PointInTimeRecoveryEnabled"]:
            table.undo = None
        elif table.undo is None:
            table.undo = UndoLog(now, days)
        else:
            table.undo.days = days
        return _backups(request, table)


def _table(request: Request) -> Table:
    name = request.parameters["TableName"]
    table = request.engine.store.find(request.account, request.region, name)
    if table is None:
        raise TableNotFoundException(f"Table not found: {name}")
    return table


def _backups(request: Request, table: Table) -> Answer:
    engine, now = request.engine, request.engine.clock()
    recovery: Answer = {"PointInTimeRecoveryStatus": "DISABLED"}
    if table.undo is not None:
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": table.undo.days,
            "EarliestRestorableDateTime": table.undo.earliest(now),
            "LatestRestorableDateTime": table.undo.latest(
                now, engine.settings.restore_delay_seconds
            ),
        }
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
    }


def describe_limits(_request: Request) -> Answer:
    """AWS's limits of an account."""
    return dict(_LIMITS)


def describe_endpoints(request: Request) -> Answer:
    """Where the API is."""
    address = f"dynamodb.{request.region}.amazonaws.com"
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}


def describe_kinesis_destination(request: Request) -> Answer:
    """There are none."""
    with request.engine.lock:
        table = find_table(request)
    return {"TableName": table.name, "KinesisDataStreamDestinations": []}


def refuse_kinesis_destination(request: Request) -> Answer:
    """Nothing is sent to Kinesis, and nobody shall wait for it."""
    with request.engine.lock:
        find_table(request)
    raise ValidationException(
        f"{request.operation} is not supported: this DynamoDB sends nothing to Kinesis. Use the "
        "table's own stream."
    )


def describe_contributor_insights(request: Request) -> Answer:
    """They are off."""
    with request.engine.lock:
        table = find_table(request)
    answer: Answer = {"TableName": table.name, "ContributorInsightsStatus": "DISABLED"}
    if request.parameters.get("IndexName") is not None:
        answer["IndexName"] = request.parameters["IndexName"]
    return answer
