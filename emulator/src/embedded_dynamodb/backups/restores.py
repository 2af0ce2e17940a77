"""RestoreTableFromBackup and RestoreTableToPointInTime: a new table with what was."""

from copy import deepcopy
from typing import Any

from embedded_dynamodb.backups.backups import find_backup, snapshot
from embedded_dynamodb.control_plane.description import elements_of
from embedded_dynamodb.control_plane.settings import encryption_of
from embedded_dynamodb.control_plane.tables import begin_creating
from embedded_dynamodb.errors import (
    InvalidRestoreTimeException,
    PointInTimeRecoveryUnavailableException,
    TableAlreadyExistsException,
    TableNotFoundException,
    ValidationException,
)
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.backup import Snapshot
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.store import table_arn
from embedded_dynamodb.tables.table import Table

_OVERRIDES = (("GlobalSecondaryIndexOverride", True), ("LocalSecondaryIndexOverride", False))

Answer = dict[str, Any]


def restore_table_from_backup(request: Request) -> Answer:
    """A new table from a backup."""
    with request.engine.lock:
        backup = find_backup(request)
        summary = {
            "SourceBackupArn": backup.arn,
            "SourceTableArn": backup.snapshot.table_arn,
            "RestoreDateTime": backup.created,
        }
        return _restore(request, backup.snapshot, summary)


def restore_table_to_point_in_time(request: Request) -> Answer:
    """A new table with the items that another one had at a moment."""
    engine = request.engine
    _check_moment(request.parameters)
    with engine.lock:
        source = _source(request)
        now = engine.clock()
        if source.undo is None:
            raise PointInTimeRecoveryUnavailableException(
                f"Point in time recovery is not enabled for table '{source.name}'"
            )
        latest = source.undo.latest(now, engine.settings.restore_delay_seconds)
        moment = request.parameters.get("RestoreDateTime", latest)
        # SDKs send whole seconds: the second in which recovery was switched on is a part of it.
        if not int(source.undo.earliest(now)) <= moment <= latest:
            raise InvalidRestoreTimeException(
                "An invalid restore time was specified. RestoreDateTime must be between "
                "EarliestRestorableDateTime and LatestRestorableDateTime."
            )
        entries = source.undo.restored(source.entries, moment)
        summary = {"SourceTableArn": source.arn, "RestoreDateTime": moment}
        return _restore(request, snapshot(source, entries), summary)


def _check_moment(parameters: Answer) -> None:
    latest = parameters.get("UseLatestRestorableTime") is True
    if latest == ("RestoreDateTime" in parameters):
        raise ValidationException(
            "One or more parameter values were invalid: exactly one of RestoreDateTime and "
            "UseLatestRestorableTime must be specified"
        )


def _source(request: Request) -> Table:
    name = request.parameters.get("SourceTableName") or request.parameters.get("SourceTableArn")
    if name is None:
        raise ValidationException(
            "One or more parameter values were invalid: SourceTableName or SourceTableArn must be "
            "specified"
        )
    table = request.engine.store.find(request.account, request.region, name)
    if table is None:
        raise TableNotFoundException(f"Table not found: {name}")
    return table


def _restore(request: Request, source: Snapshot, summary: Answer) -> Answer:
    """Makes the table; everything is checked first. The caller holds the lock."""
    engine, name = request.engine, request.parameters["TargetTableName"]
    space = engine.store.space(request.account, request.region)
    if name in space.tables:
        raise TableAlreadyExistsException(f"Table already exists: {name}")
    indexes = _indexes(request.parameters, source)
    settings = _settings(request, source)
    schemas = (source.schema, *(index.schema for index in indexes))
    used = {element["AttributeName"] for each in schemas for element in elements_of(each)}
    table = Table(
        request.account,
        request.region,
        name,
        table_arn(request.account, request.region, name),
        engine.new_id(),
        engine.clock(),
        source.schema,
        {name: kind for name, kind in source.attribute_types.items() if name in used},
        settings | {"RestoreSummary": {**summary, "RestoreInProgress": True}},
    )
    for position, stored in source.entries.items():
        table.replace(position, None, stored, None, None)
    for index in indexes:
        table.add_index(index)
    space.tables[name] = table
    done = {"RestoreSummary": {**summary, "RestoreInProgress": False}}
    return {"TableDescription": begin_creating(request, space, table, done)}


def _settings(request: Request, source: Snapshot) -> Answer:
    """The source's, but for what AWS does not restore and for what the request overrides."""
    parameters = request.parameters
    settings = deepcopy(source.settings)
    for name in (
        "LatestStream",
        "OnDemandSince",
        "RestoreSummary",
        "LastIncreaseDateTime",
        "LastDecreaseDateTime",
        "Decreases",
    ):
        settings.pop(name, None)
    settings["DeletionProtectionEnabled"] = False
    mode = parameters.get("BillingModeOverride", settings["BillingMode"])
    if mode != settings["BillingMode"]:
        settings["BillingMode"] = mode
    for name in ("ProvisionedThroughput", "OnDemandThroughput"):
        if f"{name}Override" in parameters:
            settings[name] = parameters[f"{name}Override"]
    if mode == "PROVISIONED" and "ProvisionedThroughput" not in settings:
        raise ValidationException(
            "One or more parameter values were invalid: ProvisionedThroughputOverride must be "
            "specified when BillingModeOverride is PROVISIONED"
        )
    _override_encryption(request, settings)
    return settings


def _override_encryption(request: Request, settings: Answer) -> None:
    specification = request.parameters.get("SSESpecificationOverride")
    if specification is None:
        return
    settings.pop("SSEDescription", None)
    encryption = encryption_of(request, specification)
    if encryption is not None:
        settings["SSEDescription"] = encryption


def _indexes(parameters: Answer, source: Snapshot) -> list[Index]:
    """The source's indexes; an override says which of them are wanted."""
    indexes = [index.empty() for index in source.indexes]
    for member, is_global in _OVERRIDES:
        wanted = parameters.get(member)
        if wanted is None:
            continue
        there = {index.name: index for index in indexes if index.is_global == is_global}
        indexes = [index for index in indexes if index.is_global != is_global]
        indexes += [_overridden(there.get(one["IndexName"]), one) for one in wanted]
    return indexes


def _overridden(index: Index | None, wanted: Answer) -> Index:
    """An index can be left out, not changed, but for its throughput."""
    if index is None or elements_of(index.schema) != wanted["KeySchema"]:
        raise ValidationException(
            "One or more parameter values were invalid: a restored table can have only indexes "
            f"that its source has, with the same keys: {wanted['IndexName']}"
        )
    for name in ("ProvisionedThroughput", "OnDemandThroughput"):
        if name in wanted:
            index.settings[name] = wanted[name]
    return index
