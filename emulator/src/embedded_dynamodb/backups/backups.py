"""CreateBackup, DescribeBackup, ListBackups and DeleteBackup."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from embedded_dynamodb.control_plane.description import describe
from embedded_dynamodb.errors import (
    BackupNotFoundException,
    TableInUseException,
    TableNotFoundException,
)
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.backup import Backup, Snapshot
from embedded_dynamodb.tables.pending import CREATING, DELETING
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.table import Table

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine

PAGE = 100
SYSTEM_LIFETIME = 35 * 24 * 60 * 60.0
_SOURCE = ("TableName", "TableId", "TableArn", "TableSizeBytes", "KeySchema", "ItemCount")
_FEATURES = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes", "SSEDescription")
_INDEX = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput")

Answer = dict[str, Any]


def create_backup(request: Request) -> Answer:
    """Keeps a table as it is now."""
    name = request.parameters["TableName"]
    with request.engine.lock:
        table = request.engine.store.find(request.account, request.region, name)
        if table is None:
            raise TableNotFoundException(f"Table not found: {name}")
        if table.status in (CREATING, DELETING):
            raise TableInUseException(f"Table is being {table.status.lower()[:-3]}ed: {name}")
        backup = keep(request.engine, table, request.parameters["BackupName"], "USER")
    return {"BackupDetails": {**_details(backup), "BackupStatus": "CREATING"}}


def describe_backup(request: Request) -> Answer:
    """Describes a backup and its table as it was."""
    with request.engine.lock:
        return {"BackupDescription": _description(find_backup(request))}


def delete_backup(request: Request) -> Answer:
    """Deletes a backup at once."""
    with request.engine.lock:
        backup = find_backup(request)
        del _backups(request)[backup.arn]
    described = _description(backup)
    described["BackupDetails"]["BackupStatus"] = "DELETED"
    return {"BackupDescription": described}


def list_backups(request: Request) -> Answer:
    """Backups by their ARNs, a page at a time."""
    parameters = request.parameters
    limit = int(parameters.get("Limit") or PAGE)
    start = parameters.get("ExclusiveStartBackupArn") or ""
    with request.engine.lock:
        backups = sorted(_backups(request).items())
    found = [backup for arn, backup in backups if arn > start and _is_wanted(backup, parameters)]
    answer: Answer = {"BackupSummaries": [_summary(backup) for backup in found[:limit]]}
    if len(found) > limit:
        answer["LastEvaluatedBackupArn"] = found[limit - 1].arn
    return answer


def _is_wanted(backup: Backup, parameters: dict[str, Any]) -> bool:
    name = parameters.get("TableName")
    arn = backup.snapshot.table_arn
    return (
        name in (None, backup.table_name, arn)
        and parameters.get("BackupType", "ALL") in ("ALL", backup.kind)
        and backup.created >= parameters.get("TimeRangeLowerBound", 0)
        and backup.created < parameters.get("TimeRangeUpperBound", float("inf"))
    )


def find_backup(request: Request) -> Backup:
    """The backup that the request names; the caller holds the lock."""
    arn = request.parameters["BackupArn"]
    backup = _backups(request).get(arn)
    if backup is None:
        raise BackupNotFoundException(f"Backup not found: {arn}")
    return backup


def _backups(request: Request) -> dict[str, Backup]:
    """Those that have not expired."""
    backups = request.engine.store.space(request.account, request.region).backups
    now = request.engine.clock()
    for backup in list(backups.values()):
        if backup.expires is not None and backup.expires <= now:
            del backups[backup.arn]
    return backups


def keep(engine: "Engine", table: Table, name: str, kind: str) -> Backup:
    """Makes a backup; the caller holds the lock."""
    now = engine.clock()
    described = describe(table, now)
    source = {member: described[member] for member in _SOURCE} | {
        "TableCreationDateTime": table.created,
        "BillingMode": table.settings["BillingMode"],
        "ProvisionedThroughput": {
            unit: described["ProvisionedThroughput"][unit]
            for unit in ("ReadCapacityUnits", "WriteCapacityUnits")
        },
    }
    backup = Backup(
        f"{table.arn}/backup/{int(now * 1000):014d}-{engine.random.getrandbits(32):08x}",
        name,
        kind,
        now,
        now + SYSTEM_LIFETIME if kind == "SYSTEM" else None,
        table.size,
        table.name,
        table.id,
        source,
        _features(table, described),
        snapshot(table, dict(table.entries)),
    )
    engine.store.space(table.account, table.region).backups[backup.arn] = backup
    return backup


def snapshot(table: Table, entries: dict[bytes, Stored]) -> Snapshot:
    """The table with these entries and the settings that it has now."""
    return Snapshot(
        table.arn,
        table.schema,
        dict(table.attribute_types),
        deepcopy(table.settings),
        tuple(index.empty() for index in table.indexes.values()),
        entries,
    )


def _features(table: Table, described: Answer) -> Answer:
    features = {member: described[member] for member in _FEATURES if member in described}
    for member in _FEATURES[:2]:
        if member in features:
            features[member] = [
                {name: index[name] for name in _INDEX if name in index}
                for index in features[member]
            ]
    if "StreamSpecification" in described:
        features["StreamDescription"] = described["StreamSpecification"]
    if table.time_to_live is not None:
        features["TimeToLiveDescription"] = {
            "TimeToLiveStatus": "ENABLED",
            "AttributeName": table.time_to_live,
        }
    return features


def _details(backup: Backup) -> Answer:
    details: Answer = {
        "BackupArn": backup.arn,
        "BackupName": backup.name,
        "BackupSizeBytes": backup.size,
        "BackupStatus": "AVAILABLE",
        "BackupType": backup.kind,
        "BackupCreationDateTime": backup.created,
    }
    if backup.expires is not None:
        details["BackupExpiryDateTime"] = backup.expires
    return details


def _description(backup: Backup) -> Answer:
    return {
        "BackupDetails": _details(backup),
        "SourceTableDetails": backup.source,
        "SourceTableFeatureDetails": backup.features,
    }


def _summary(backup: Backup) -> Answer:
    return {
        "TableName": backup.table_name,
        "TableId": backup.table_id,
        "TableArn": backup.snapshot.table_arn,
        **_details(backup),
    }
