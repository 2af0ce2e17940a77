"""A table as DescribeTable shows it."""

from typing import Any

from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import KeySchema
from embedded_dynamodb.tables.pending import CREATING, decreases, is_backfilling, status_of
from embedded_dynamodb.tables.table import Table

_NO_THROUGHPUT = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
# What an on-demand table can take at once when it is new.
_WARM_ON_DEMAND = (12_000, 4_000)

Answer = dict[str, Any]


def describe(table: Table, now: float) -> Answer:
    """Everything that is known of the table; the caller holds the lock."""
    settings, status = table.settings, table.status
    answer: Answer = {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in table.attribute_types.items()
        ],
        "TableName": table.name,
        "KeySchema": elements_of(table.schema),
        "TableStatus": status,
        "CreationDateTime": table.created,
        "ProvisionedThroughput": _throughput(settings, now),
        "TableSizeBytes": table.size,
        "ItemCount": len(table.entries),
        "TableArn": table.arn,
        "TableId": table.id,
        "DeletionProtectionEnabled": settings["DeletionProtectionEnabled"],
    }
    _describe_warm(settings, status, answer)
    _describe_billing(settings, answer)
    if "TableClass" in settings:
        answer["TableClassSummary"] = {"TableClass": settings["TableClass"]}
        if "TableClassSince" in settings:
            answer["TableClassSummary"]["LastUpdateDateTime"] = settings["TableClassSince"]
    for name in ("SSEDescription", "OnDemandThroughput", "RestoreSummary"):
        if name in settings:
            answer[name] = settings[name]
    _describe_indexes(table, answer, now)
    _describe_stream(table, answer)
    return answer


def _describe_billing(settings: dict[str, Any], answer: Answer) -> None:
    if settings["BillingMode"] == "PROVISIONED" and "OnDemandSince" not in settings:
        return
    answer["BillingModeSummary"] = {"BillingMode": settings["BillingMode"]}
    if "OnDemandSince" in settings:
        since = settings["OnDemandSince"]
        answer["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] = since


def _describe_indexes(table: Table, answer: Answer, now: float) -> None:
    for index in table.indexes.values():
        member = "GlobalSecondaryIndexes" if index.is_global else "LocalSecondaryIndexes"
        answer.setdefault(member, []).append(_index(table, index, now))


def _describe_stream(table: Table, answer: Answer) -> None:
    if table.stream is not None:
        answer["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": table.stream.view_type,
        }
    latest = table.settings.get("LatestStream")
    if latest is not None:
        answer["LatestStreamLabel"], answer["LatestStreamArn"] = latest


def elements_of(schema: KeySchema) -> list[dict[str, str]]:
    """A key as the API shows it."""
    return [{"AttributeName": name, "KeyType": "HASH"} for name, _ in schema.hash] + [
        {"AttributeName": name, "KeyType": "RANGE"} for name, _ in schema.range
    ]


def _index(table: Table, index: Index, now: float) -> Answer:
    projection: Answer = {"ProjectionType": index.projection_type}
    if index.extra_attributes:
        projection["NonKeyAttributes"] = list(index.extra_attributes)
    answer: Answer = {
        "IndexName": index.name,
        "KeySchema": elements_of(index.schema),
        "Projection": projection,
        "IndexSizeBytes": index.size,
        "ItemCount": len(index.entries),
        "IndexArn": f"{table.arn}/index/{index.name}",
    }
    if index.is_global:
        settings = {"BillingMode": table.settings["BillingMode"], **index.settings}
        new = table.status == CREATING
        answer["IndexStatus"] = CREATING if new else status_of(table, index.name)
        backfilling = is_backfilling(table, index.name)
        if backfilling is not None:
            answer["Backfilling"] = backfilling
        answer["ProvisionedThroughput"] = _throughput(settings, now)
        _describe_warm(settings, answer["IndexStatus"], answer)
        if "OnDemandThroughput" in index.settings:
            answer["OnDemandThroughput"] = index.settings["OnDemandThroughput"]
    return answer


def _throughput(settings: dict[str, Any], now: float) -> Answer:
    provisioned = settings["BillingMode"] == "PROVISIONED"
    units = settings.get("ProvisionedThroughput") if provisioned else None
    answer = {"NumberOfDecreasesToday": decreases(settings, now), **(units or _NO_THROUGHPUT)}
    for name in ("LastIncreaseDateTime", "LastDecreaseDateTime"):
        if name in settings:
            answer[name] = settings[name]
    return answer


def _describe_warm(settings: dict[str, Any], status: str, answer: Answer) -> None:
    """What is new is not warm yet: only what was asked for is shown."""
    if status != CREATING:
        answer["WarmThroughput"] = _warm(settings)
    elif "WarmThroughput" in settings:
        answer["WarmThroughput"] = {**_warm(settings), "Status": "UPDATING"}


def _warm(settings: dict[str, Any]) -> Answer:
    reads, writes = _WARM_ON_DEMAND
    if settings["BillingMode"] == "PROVISIONED":
        units = settings.get("ProvisionedThroughput") or _NO_THROUGHPUT
        reads, writes = units["ReadCapacityUnits"], units["WriteCapacityUnits"]
    given = settings.get("WarmThroughput") or {}
    return {
        "ReadUnitsPerSecond": given.get("ReadUnitsPerSecond", reads),
        "WriteUnitsPerSecond": given.get("WriteUnitsPerSecond", writes),
        "Status": "ACTIVE",
    }
