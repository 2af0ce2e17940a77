"""UpdateTable: one change at a time."""

from typing import Any

from embedded_dynamodb.control_plane import definitions
from embedded_dynamodb.control_plane.description import describe, elements_of
from embedded_dynamodb.control_plane.settings import (
    encryption_of,
    switch_stream_off,
    switch_stream_on,
)
from embedded_dynamodb.control_plane.tables import find_table
from embedded_dynamodb.errors import (
    LimitExceededException,
    ResourceNotFoundException,
    ValidationException,
)
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.table import Table

_INVALID = definitions.INVALID
_CHANGES = (
    "ProvisionedThroughput",
    "BillingMode",
    "GlobalSecondaryIndexUpdates",
    "StreamSpecification",
    "SSESpecification",
    "ReplicaUpdates",
    "TableClass",
    "OnDemandThroughput",
    "DeletionProtectionEnabled",
    "WarmThroughput",
)
_KINDS = ("Create", "Update", "Delete")

Answer = dict[str, Any]
Parameters = dict[str, Any]


def update_table(request: Request) -> Answer:
    """Changes a table at once, though the answer says that it is being changed."""
    parameters = request.parameters
    _check(parameters)
    with request.engine.lock:
        table = find_table(request)
        _check_against(parameters, table)
        encryption = table.settings.get("SSEDescription")
        _change_throughput(request, table)
        _change_settings(request, table)
        _change_stream(request, table)
        _change_indexes(parameters, table)
        answer = describe(table)
    changed = table.settings.get("SSEDescription")
    if changed != encryption:
        answer["SSEDescription"] = {**(changed or encryption or {}), "Status": "UPDATING"}
    if any(parameters.get(name) is not None for name in _CHANGES[:6]):
        answer["TableStatus"] = "UPDATING"
    return {"TableDescription": answer}


def _check(parameters: Parameters) -> None:
    if all(parameters.get(name) in (None, []) for name in _CHANGES):
        raise ValidationException(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates or TableClass is "
            "required"
        )
    if parameters.get("ReplicaUpdates"):
        raise ValidationException(
            "ReplicaUpdates are not supported: this DynamoDB has no global tables."
        )
    mode, throughput = parameters.get("BillingMode"), parameters.get("ProvisionedThroughput")
    if mode == "PROVISIONED" and throughput is None:
        raise ValidationException(
            f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
        )
    if mode == "PAY_PER_REQUEST" and throughput is not None:
        raise ValidationException(
            f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST"
        )
    definitions.check_throughput(throughput)
    _check_index_updates(parameters.get("GlobalSecondaryIndexUpdates") or [])


def _check_index_updates(updates: list[Parameters]) -> None:
    seen = set()
    for update in updates:
        given = [kind for kind in _KINDS if update.get(kind) is not None]
        if len(given) != 1:
            raise ValidationException(
                f"{_INVALID}One of GlobalSecondaryIndexUpdate.Update, "
                "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not "
                "be null"
            )
        name = update[given[0]]["IndexName"]
        if name in seen:
            raise ValidationException(
                f"{_INVALID}Only one global secondary index update per index is allowed "
                f"simultaneously. Index: {name}"
            )
        seen.add(name)


def _check_against(parameters: Parameters, table: Table) -> None:
    """What only the table can tell; nothing is changed before this has passed."""
    settings = table.settings
    mode = parameters.get("BillingMode") or settings["BillingMode"]
    throughput = parameters.get("ProvisionedThroughput")
    if throughput is not None and mode == "PAY_PER_REQUEST":
        raise ValidationException(
            f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST"
        )
    if throughput is not None and mode == settings["BillingMode"]:
        current = settings["ProvisionedThroughput"]
        reads, writes = current["ReadCapacityUnits"], current["WriteCapacityUnits"]
        if (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]) == (reads, writes):
            raise ValidationException(
                "The provisioned throughput for the table will not change. The requested value "
                f"equals the current value. Current ReadCapacityUnits provisioned for the table: "
                f"{reads}. Requested ReadCapacityUnits: {reads}. Current WriteCapacityUnits "
                f"provisioned for the table: {writes}. Requested WriteCapacityUnits: {writes}. "
                "Refer to the Amazon DynamoDB Developer Guide for current limits and how to "
                "request higher limits."
            )
    _check_stream_change(parameters.get("StreamSpecification"), table)
    _check_index_count(parameters.get("GlobalSecondaryIndexUpdates") or [])
    for update in parameters.get("GlobalSecondaryIndexUpdates") or []:
        _check_index_update(update, parameters, table, on_demand=mode == "PAY_PER_REQUEST")


def _check_index_count(updates: list[Parameters]) -> None:
    online = [update for update in updates if update.get("Update") is None]
    if len(online) > 1:
        raise LimitExceededException(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table"
        )


def _check_stream_change(stream: Parameters | None, table: Table) -> None:
    if stream is None:
        return
    if stream["StreamEnabled"]:
        if table.stream is not None:
            raise ValidationException(f"Table already has an enabled stream: {table.name}")
        if stream.get("StreamViewType") is None:
            raise ValidationException(
                f"{_INVALID}StreamEnabled is true, but no StreamViewType is specified"
            )
    elif table.stream is None:
        raise ValidationException(f"Table has no stream to disable: {table.name}")


def _check_index_update(
    update: Parameters, parameters: Parameters, table: Table, *, on_demand: bool
) -> None:
    kind = next(kind for kind in _KINDS if update.get(kind) is not None)
    definition = update[kind]
    name = definition["IndexName"]
    index = table.indexes.get(name)
    if kind != "Create":
        if index is None or not index.is_global:
            raise ResourceNotFoundException(
                f"Requested resource not found: Index: {name} not found"
            )
        if kind == "Update":
            definitions.check_throughput(definition.get("ProvisionedThroughput"))
        return
    if index is not None:
        raise ValidationException(
            f"{_INVALID}Attempting to create an index which already exists: {name}"
        )
    definitions.check_index_keys(definition["KeySchema"], _types(parameters, table))
    definitions.check_projection(definition["Projection"])
    definitions.check_index_throughput(definition, on_demand=on_demand)
    count = sum(1 for other in table.indexes.values() if other.is_global)
    if count >= definitions.MAX_GLOBAL_INDEXES:
        raise ValidationException(
            f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of "
            f"{definitions.MAX_GLOBAL_INDEXES}"
        )


def _types(parameters: Parameters, table: Table) -> dict[str, str]:
    """The types for a new index: the request has to say those of its keys; the table's stay."""
    given = {
        one["AttributeName"]: one["AttributeType"]
        for one in parameters.get("AttributeDefinitions") or []
    }
    return {name: table.attribute_types.get(name, kind) for name, kind in given.items()}


def _change_throughput(request: Request, table: Table) -> None:
    parameters, now = request.parameters, request.engine.clock()
    settings = table.settings
    throughput = parameters.get("ProvisionedThroughput")
    if throughput is not None:
        before = settings.get("ProvisionedThroughput")
        if before is not None:
            more = any(throughput[name] > before[name] for name in throughput)
            settings["LastIncreaseDateTime" if more else "LastDecreaseDateTime"] = now
        settings["ProvisionedThroughput"] = throughput
    mode = parameters.get("BillingMode")
    if mode is not None:
        if mode == "PAY_PER_REQUEST" and settings["BillingMode"] != mode:
            settings["OnDemandSince"] = now
        settings["BillingMode"] = mode


def _change_settings(request: Request, table: Table) -> None:
    parameters, settings = request.parameters, table.settings
    for name in ("OnDemandThroughput", "WarmThroughput", "DeletionProtectionEnabled"):
        if parameters.get(name) is not None:
            settings[name] = parameters[name]
    if parameters.get("TableClass") is not None:
        settings["TableClass"] = parameters["TableClass"]
        settings["TableClassSince"] = request.engine.clock()
    specification = parameters.get("SSESpecification")
    if specification is not None:
        settings.pop("SSEDescription", None)
        encryption = encryption_of(request, specification)
        if encryption is not None:
            settings["SSEDescription"] = encryption


def _change_stream(request: Request, table: Table) -> None:
    stream = request.parameters.get("StreamSpecification")
    if stream is None:
        return
    if stream["StreamEnabled"]:
        space = request.engine.store.space(request.account, request.region)
        switch_stream_on(request.engine, space, table, stream["StreamViewType"])
    else:
        switch_stream_off(request.engine, table)


def _change_indexes(parameters: Parameters, table: Table) -> None:
    types = {**_types(parameters, table), **table.attribute_types}
    for update in parameters.get("GlobalSecondaryIndexUpdates") or []:
        if update.get("Create") is not None:
            index = definitions.make_index(update["Create"], types, table.schema, is_global=True)
            table.add_index(index)
        elif update.get("Delete") is not None:
            del table.indexes[update["Delete"]["IndexName"]]
        else:
            change = update["Update"]
            members = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
            settings = table.indexes[change["IndexName"]].settings
            settings |= {name: change[name] for name in members if change.get(name) is not None}
    used = {
        element["AttributeName"]
        for schema in (table.schema, *(index.schema for index in table.indexes.values()))
        for element in elements_of(schema)
    }
    table.attribute_types = {name: kind for name, kind in types.items() if name in used}
