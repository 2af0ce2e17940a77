"""UpdateTable: one change at a time."""

from typing import TYPE_CHECKING, Any

from embedded_dynamodb.control_plane import definitions
from embedded_dynamodb.control_plane.description import describe
from embedded_dynamodb.control_plane.pending_changes import (
    begin,
    blocked,
    check_index_changes,
    check_not_in_use,
    one_at_a_time,
)
from embedded_dynamodb.control_plane.settings import (
    encryption_of,
    switch_stream_off,
    switch_stream_on,
)
from embedded_dynamodb.control_plane.tables import find_table
from embedded_dynamodb.errors import ResourceNotFoundException, ValidationException
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.pending import CREATING, DELETING, UPDATING, note_change
from embedded_dynamodb.tables.store import Space
from embedded_dynamodb.tables.table import Table

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine

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
_ASYNCHRONOUS = (
    "ProvisionedThroughput",
    "BillingMode",
    "StreamSpecification",
    "SSESpecification",
    "TableClass",
)
_KINDS = ("Create", "Update", "Delete")

Answer = dict[str, Any]
Parameters = dict[str, Any]


def update_table(request: Request) -> Answer:
    """Changes a table. New throughput is shown when the table is active again."""
    parameters = request.parameters
    _check(parameters)
    _check_replicas(request)
    with request.engine.lock:
        table = find_table(request)
        _check_against(parameters, table)
        later = _change_throughput(request, table) | _change_settings(request, table)
        _change_stream(request, table)
        _change_indexes(request, table)
        if any(parameters.get(name) is not None for name in _ASYNCHRONOUS):
            begin(request.engine, table, UPDATING, settings=later)
        answer = describe(table, request.engine.clock())
        request.engine.store.settle(_space(request), table)
    return {"TableDescription": answer}


def _space(request: Request) -> Space:
    return request.engine.store.space(request.account, request.region)


def _check(parameters: Parameters) -> None:
    if all(parameters.get(name) in (None, []) for name in _CHANGES):
        raise ValidationException(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates or TableClass is "
            "required"
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


def _check_replicas(request: Request) -> None:
    """A table's own region is not its replica, and there are no others."""
    updates = request.parameters.get("ReplicaUpdates") or []
    parts = [part for update in updates for part in update.values() if isinstance(part, dict)]
    regions = [str(part.get("RegionName")) for part in parts]
    if request.region in regions:
        raise ValidationException(
            "Cannot add, delete, or update the local region through ReplicaUpdates. Use "
            "CreateTable, DeleteTable, or UpdateTable as required."
        )
    if updates:
        raise ValidationException(
            f"ReplicaUpdates for {', '.join(regions) or 'no region'} are not supported: this "
            "DynamoDB has no global tables. Create a table in each region."
        )


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
    check_index_changes(table, parameters.get("GlobalSecondaryIndexUpdates") or [])
    check_not_in_use(table)
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
    updates = parameters.get("GlobalSecondaryIndexUpdates") or []
    _check_index_count(updates)
    _check_index_throughputs(updates)
    if mode == "PROVISIONED" and settings["BillingMode"] != mode:
        _check_all_indexes_provisioned(updates, table)
    for update in updates:
        _check_index_update(update, parameters, table, on_demand=mode == "PAY_PER_REQUEST")


def _check_index_count(updates: list[Parameters]) -> None:
    online = [update for update in updates if update.get("Update") is None]
    if len(online) > 1:
        raise one_at_a_time()


def _check_index_throughputs(updates: list[Parameters]) -> None:
    """AWS does not say that the number is too high; nor does it look first whether it is there."""
    for update in updates:
        throughput = (update.get("Update") or {}).get("ProvisionedThroughput") or {}
        if any(units > definitions.MAX_CAPACITY for units in throughput.values()):
            raise blocked("IndexUpdate")


def _check_all_indexes_provisioned(updates: list[Parameters], table: Table) -> None:
    """Who leaves on-demand says what each index gets."""
    given = {
        update["Update"]["IndexName"] for update in updates if update.get("Update") is not None
    }
    left = [index.name for index in table.indexes.values() if index.is_global]
    left = [name for name in left if name not in given]
    if left:
        raise ValidationException(
            f"{_INVALID}ProvisionedThroughput must be specified for index: {','.join(left)}"
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


def _change_throughput(request: Request, table: Table) -> Parameters:
    """Returns what is shown later: new numbers. Another mode is shown at once."""
    parameters, now = request.parameters, request.engine.clock()
    settings = table.settings
    mode, throughput = parameters.get("BillingMode"), parameters.get("ProvisionedThroughput")
    later: Parameters = {}
    if mode is not None and mode != settings["BillingMode"]:
        settings["BillingMode"] = mode
        if throughput is not None:
            settings["ProvisionedThroughput"] = throughput
        if mode == "PAY_PER_REQUEST":
            later["OnDemandSince"] = now
    elif throughput is not None:
        later["ProvisionedThroughput"] = throughput
        note_change(settings, later, now)
    return later


def _change_settings(request: Request, table: Table) -> Parameters:
    """Returns what is shown later: another table class, or how the table is encrypted."""
    parameters, settings = request.parameters, table.settings
    for name in ("OnDemandThroughput", "WarmThroughput", "DeletionProtectionEnabled"):
        if parameters.get(name) is not None:
            settings[name] = parameters[name]
    later: Parameters = {}
    if parameters.get("TableClass") is not None:
        later["TableClass"] = parameters["TableClass"]
        later["TableClassSince"] = request.engine.clock()
    specification = parameters.get("SSESpecification")
    if specification is not None:
        before, after = settings.get("SSEDescription"), encryption_of(request, specification)
        if before != after:
            settings["SSEDescription"] = {**(after or before or {}), "Status": "UPDATING"}
            later["SSEDescription"] = after
    return later


def _change_stream(request: Request, table: Table) -> None:
    stream = request.parameters.get("StreamSpecification")
    if stream is None:
        return
    if stream["StreamEnabled"]:
        switch_stream_on(request.engine, _space(request), table, stream["StreamViewType"])
    else:
        switch_stream_off(request.engine, table)


def _change_indexes(request: Request, table: Table) -> None:
    """Writes go to a new index at once, though it is read only when it is filled."""
    engine, parameters = request.engine, request.parameters
    types = _types(parameters, table)
    for update in parameters.get("GlobalSecondaryIndexUpdates") or []:
        if update.get("Create") is not None:
            table.attribute_types |= types
            known = table.attribute_types
            index = definitions.make_index(update["Create"], known, table.schema, is_global=True)
            table.add_index(index)
            begin(engine, table, CREATING, index=index.name)
        elif update.get("Delete") is not None:
            name = update["Delete"]["IndexName"]
            # It may be one that is being filled.
            table.pending = [change for change in table.pending if change["index"] != name]
            begin(engine, table, DELETING, index=name)
        else:
            _change_index(engine, table, update["Update"])
    table.forget_unused_types()


def _change_index(engine: "Engine", table: Table, change: Parameters) -> None:
    settings = table.indexes[change["IndexName"]].settings
    members = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
    new = {name: change[name] for name in members if change.get(name) is not None}
    later = {name: new.pop(name) for name in members[:1] if settings.get(name) and name in new}
    settings |= new
    note_change(settings, later, engine.clock())
    begin(engine, table, UPDATING, index=change["IndexName"], settings=later)
