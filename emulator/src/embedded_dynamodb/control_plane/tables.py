"""CreateTable, DescribeTable, DeleteTable and ListTables."""

from typing import Any

from embedded_dynamodb.backups.backups import keep
from embedded_dynamodb.control_plane import definitions, resource_policies
from embedded_dynamodb.control_plane.description import describe
from embedded_dynamodb.control_plane.pending_changes import (
    begin,
    check_no_index_in_use,
    check_not_in_use,
)
from embedded_dynamodb.control_plane.settings import (
    check_stream,
    encryption_of,
    switch_stream_off,
    switch_stream_on,
)
from embedded_dynamodb.control_plane.tags import checked_tags
from embedded_dynamodb.errors import (
    ResourceInUseException,
    ResourceNotFoundException,
    ValidationException,
)
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.pending import CREATING, DELETING
from embedded_dynamodb.tables.store import Space, table_arn
from embedded_dynamodb.tables.table import Table

PAGE_OF_NAMES = 100
_INVALID = definitions.INVALID

Answer = dict[str, Any]
Parameters = dict[str, Any]


def create_table(request: Request) -> Answer:
    """Makes a table, which can be used when it is active: at once, unless a setting says else."""
    parameters = request.parameters
    types = _types(parameters)
    _check_definition(parameters, types)
    tags = checked_tags(parameters.get("Tags") or [])
    policy = parameters.get("ResourcePolicy")
    if policy is not None:
        resource_policies.checked_policy(policy)
    with request.engine.lock:
        space = request.engine.store.space(request.account, request.region)
        name = parameters["TableName"]
        check_name_is_free(space, name)
        table = _make(request, types)
        table.tags = tags
        if policy is not None:
            resource_policies.attach(table, table.arn, policy)
        space.tables[name] = table
        stream = parameters.get("StreamSpecification")
        if stream is not None and stream["StreamEnabled"]:
            switch_stream_on(request.engine, space, table, stream["StreamViewType"])
        return {"TableDescription": begin_creating(request, space, table)}


def check_name_is_free(space: Space, name: str) -> None:
    """A table that is being created or deleted says so, any other one that it is there."""
    table = space.tables.get(name)
    if table is not None:
        check_not_in_use(table, CREATING, DELETING)
        raise ResourceInUseException(f"Table already exists: {name}")


def begin_creating(
    request: Request, space: Space, table: Table, settings: dict[str, Any] | None = None
) -> Answer:
    """Describes a new table, which may be there at once; `settings` are shown when it is."""
    engine = request.engine
    shown = dict(settings or {})
    if table.settings["BillingMode"] == "PAY_PER_REQUEST":
        shown["OnDemandSince"] = table.created
    begin(engine, table, CREATING, settings=shown)
    answer = describe(table, engine.clock())
    engine.store.settle(space, table)
    return answer


def find_table(request: Request) -> Table:
    """The table, or the control plane's error; the caller holds the lock."""
    name = request.parameters["TableName"]
    table = request.engine.store.find(request.account, request.region, name)
    if table is None:
        raise ResourceNotFoundException(f"Requested resource not found: Table: {name} not found")
    return table


def describe_table(request: Request) -> Answer:
    """Describes a table."""
    with request.engine.lock:
        return {"Table": describe(find_table(request), request.engine.clock())}


def delete_table(request: Request) -> Answer:
    """Deletes a table; its stream can be read for another day."""
    engine = request.engine
    with engine.lock:
        table = find_table(request)
        check_not_in_use(table)
        check_no_index_in_use(table)
        if table.settings["DeletionProtectionEnabled"]:
            raise ValidationException(
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first."
            )
        if table.undo is not None:
            # AWS keeps what could be restored as a backup of its own, for 35 days.
            keep(engine, table, f"{table.name}$DeletedTableBackup", "SYSTEM")
        switch_stream_off(engine, table)
        space = engine.store.space(request.account, request.region)
        begin(engine, table, DELETING)
        described = describe(table, engine.clock())
        engine.store.settle(space, table)
    kept = (
        "DeletionProtectionEnabled",
        "ItemCount",
        "TableArn",
        "TableId",
        "TableName",
        "TableSizeBytes",
        "ProvisionedThroughput",
        "BillingModeSummary",
        "TableClassSummary",
        "TableStatus",
    )
    return {"TableDescription": {name: described[name] for name in kept if name in described}}


def list_tables(request: Request) -> Answer:
    """Names in order, a hundred at a time."""
    start = request.parameters.get("ExclusiveStartTableName")
    limit = int(request.parameters.get("Limit") or PAGE_OF_NAMES)
    with request.engine.lock:
        tables = request.engine.store.space(request.account, request.region).tables
        names = list(tables.irange(start, inclusive=(False, True)))
    answer: Answer = {"TableNames": names[:limit]}
    if len(names) > limit:
        answer["LastEvaluatedTableName"] = names[limit - 1]
    return answer


def _types(parameters: Parameters) -> dict[str, str]:
    given = parameters["AttributeDefinitions"]
    types = {one["AttributeName"]: one["AttributeType"] for one in given}
    if len(types) < len(given):
        names = [one["AttributeName"] for one in given]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValidationException(f"{_INVALID}Cannot add duplicate attribute definitions: {twice}")
    return types


def _check_definition(parameters: Parameters, types: dict[str, str]) -> None:
    _check_billing(parameters)
    check_stream(parameters.get("StreamSpecification"))
    keys = parameters["KeySchema"]
    definitions.check_table_keys(keys, types)
    local = parameters.get("LocalSecondaryIndexes")
    global_ = parameters.get("GlobalSecondaryIndexes")
    if local is not None:
        definitions.check_local_indexes(local, keys, types)
    if global_ is not None:
        on_demand = parameters.get("BillingMode") == "PAY_PER_REQUEST"
        definitions.check_global_indexes(global_, types, on_demand=on_demand)
    indexes = [*(local or []), *(global_ or [])]
    definitions.check_index_names(indexes)
    definitions.check_all_used(types, [keys, *(index["KeySchema"] for index in indexes)])
    projected = sum(len(one["Projection"].get("NonKeyAttributes") or ()) for one in indexes)
    if projected > definitions.MAX_PROJECTED:
        raise ValidationException(
            f"{_INVALID}Number of projected attributes exceeds the per-table limit of "
            f"{definitions.MAX_PROJECTED}"
        )


def _check_billing(parameters: Parameters) -> None:
    throughput = parameters.get("ProvisionedThroughput")
    if parameters.get("BillingMode") == "PAY_PER_REQUEST":
        if throughput is not None:
            raise ValidationException(
                f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
                "when BillingMode is PAY_PER_REQUEST"
            )
        return
    if throughput is None:
        raise ValidationException(
            f"{_INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED"
        )
    definitions.check_throughput(throughput)


def _make(request: Request, types: dict[str, str]) -> Table:
    parameters, engine = request.parameters, request.engine
    name = parameters["TableName"]
    now = engine.clock()
    schema = definitions.key_schema(parameters["KeySchema"], types)
    table = Table(
        request.account,
        request.region,
        name,
        table_arn(request.account, request.region, name),
        engine.new_id(),
        now,
        schema,
        types,
        _settings(request),
    )
    for member, is_global in (("LocalSecondaryIndexes", False), ("GlobalSecondaryIndexes", True)):
        for definition in parameters.get(member) or []:
            index = definitions.make_index(definition, types, schema, is_global=is_global)
            table.indexes[index.name] = index
    return table


def _settings(request: Request) -> dict[str, Any]:
    parameters = request.parameters
    settings: dict[str, Any] = {
        "BillingMode": parameters.get("BillingMode", "PROVISIONED"),
        "DeletionProtectionEnabled": parameters.get("DeletionProtectionEnabled") is True,
    }
    for name in ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput", "TableClass"):
        if parameters.get(name) is not None:
            settings[name] = parameters[name]
    encryption = encryption_of(request, parameters.get("SSESpecification"))
    if encryption is not None:
        settings["SSEDescription"] = encryption
    return settings
