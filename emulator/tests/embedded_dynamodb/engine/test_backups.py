"""Backups, and tables that are restored from them or to a moment."""

from typing import Any

import pytest

from embedded_dynamodb.tables import undo_log

Client = Any
ON = {"PointInTimeRecoveryEnabled": True}
DAY = 24 * 60 * 60


@pytest.fixture
def table(client: Client) -> str:
    name: str = client.table(
        "orders",
        GlobalSecondaryIndexes=[client.index("by-v", "v"), client.index("by-w", "w")],
        types={"v": "S", "w": "S"},
        Tags=[{"Key": "team", "Value": "shop"}],
    )
    client("UpdateContinuousBackups", TableName=name, PointInTimeRecoverySpecification=ON)
    return name


def scan(client: Client, name: str) -> dict[str, str]:
    items = client("Scan", TableName=name)["Items"]
    return {item["p"]["S"]: item["v"]["S"] for item in items}


def restore(client: Client, moment: float, target: str, **more: Any) -> Any:
    return client(
        "RestoreTableToPointInTime",
        SourceTableName="orders",
        TargetTableName=target,
        RestoreDateTime=moment,
        **more,
    )["TableDescription"]


def test_a_table_is_restored_to_each_moment(client: Client, table: str, clock: Any) -> None:
    moments = [(clock.now, scan(client, table))]
    for operation, name, value in (
        ("PutItem", "a", "1"),
        ("PutItem", "b", "1"),
        ("PutItem", "a", "2"),
        ("DeleteItem", "b", ""),
        ("PutItem", "b", "3"),
        ("DeleteItem", "a", ""),
    ):
        clock.now += 10
        if operation == "PutItem":
            client.put(table, p=name, v=value)
        else:
            client("DeleteItem", TableName=table, Key=client.item(p=name))
        moments.append((clock.now, scan(client, table)))
    for place, (moment, items) in enumerate(moments):
        restore(client, moment, f"restored{place}")
        assert scan(client, f"restored{place}") == items
        index = client("Scan", TableName=f"restored{place}", IndexName="by-v")["Items"]
        assert {item["p"]["S"]: item["v"]["S"] for item in index} == items


def test_a_moment_lies_in_the_window(client: Client, table: str, clock: Any) -> None:
    begin = clock.now
    clock.now += 10
    for moment in (begin - 1, clock.now + 1):
        call = {"SourceTableName": table, "TargetTableName": "new", "RestoreDateTime": moment}
        refused = client.refusal("RestoreTableToPointInTime", **call)
        assert refused.code == "InvalidRestoreTimeException"
    clock.now += 40 * DAY
    call = {"SourceTableName": table, "TargetTableName": "new", "RestoreDateTime": begin}
    refused = client.refusal("RestoreTableToPointInTime", **call)
    assert refused.code == "InvalidRestoreTimeException"
    call = {"SourceTableName": table, "TargetTableName": "new", "UseLatestRestorableTime": True}
    described = client("RestoreTableToPointInTime", **call)["TableDescription"]
    assert described["RestoreSummary"]["RestoreInProgress"] is True
    assert described["TableStatus"] == "CREATING"


def test_the_latest_moment_can_lie_some_time_ago(client: Client, table: str, clock: Any) -> None:
    """LatestRestorableDateTime is "typically 5 minutes before the current time".

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoveryDescription.html
    """
    client.engine.configure({"restore_delay_seconds": 300})

    def latest() -> float:
        described = client("DescribeContinuousBackups", TableName=table)
        backups = described["ContinuousBackupsDescription"]
        return float(backups["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"])

    begin = clock.now
    clock.now += 100
    assert latest() == begin
    client.put(table, p="a", v="1")
    clock.now += 300
    assert latest() == begin + 100
    client.put(table, p="a", v="2")
    call = {"SourceTableName": table, "TargetTableName": "new"}
    refused = client.refusal("RestoreTableToPointInTime", RestoreDateTime=begin + 101, **call)
    assert refused.code == "InvalidRestoreTimeException"
    client("RestoreTableToPointInTime", UseLatestRestorableTime=True, **call)
    assert scan(client, "new") == {"a": "1"}


def test_an_idle_tables_log_is_trimmed_after_its_window(
    client: Client, table: str, clock: Any
) -> None:
    client.put(table, p="a", v="1")
    undo = client.engine.store.get(client.account, "eu-west-1", table).undo
    clock.now += 35 * DAY
    client.engine.expire()
    assert undo.size > 0
    clock.now += 1
    client.engine.expire()
    assert undo.size == 0


def test_what_a_restore_refuses(client: Client, table: str, clock: Any) -> None:
    client.table("plain")
    call = {"TargetTableName": "new", "UseLatestRestorableTime": True}
    operation = "RestoreTableToPointInTime"
    for more, code in (
        ({"SourceTableName": "plain"}, "PointInTimeRecoveryUnavailableException"),
        ({"SourceTableName": "nowhere"}, "TableNotFoundException"),
        ({"SourceTableName": table, "TargetTableName": "plain"}, "TableAlreadyExistsException"),
        ({"SourceTableName": table, "RestoreDateTime": clock.now}, "ValidationException"),
        ({"SourceTableName": table, "UseLatestRestorableTime": False}, "ValidationException"),
        ({}, "ValidationException"),
        (
            {"SourceTableName": table, "BillingModeOverride": "PROVISIONED"},
            "ValidationException",
        ),
        (
            {
                "SourceTableName": table,
                "GlobalSecondaryIndexOverride": [client.index("by-v", "w")],
            },
            "ValidationException",
        ),
    ):
        assert client.refusal(operation, **(call | more)).code == code
    assert client("ListTables")["TableNames"] == ["orders", "plain"]


def test_a_restore_overrides_indexes_and_throughput(client: Client, table: str, clock: Any) -> None:
    client.put(table, p="a", v="1", w="1")
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    described = restore(
        client,
        clock.now,
        "new",
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=units,
        GlobalSecondaryIndexOverride=[client.index("by-w", "w") | {"ProvisionedThroughput": units}],
    )
    assert described["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units}
    assert [index["IndexName"] for index in described["GlobalSecondaryIndexes"]] == ["by-w"]
    assert {one["AttributeName"] for one in described["AttributeDefinitions"]} == {"p", "w"}
    assert client("ListTagsOfResource", ResourceArn=described["TableArn"])["Tags"] == []
    client.put("new", p="b", v="2")
    assert scan(client, table) == {"a": "1"}


def test_the_log_has_a_bound_and_the_window_begins_later(
    client: Client, table: str, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo_log, "MAX_SIZE", 5000)
    for place in range(100):
        clock.now += 1
        client.put(table, p="a", v=str(place))
    log = client.engine.store.get(client.account, "eu-west-1", table).undo
    assert log.size <= 5000
    described = client("DescribeContinuousBackups", TableName=table)
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    earliest = recovery["EarliestRestorableDateTime"]
    assert clock.now - 50 < earliest < clock.now
    restore(client, earliest, "new")
    assert scan(client, "new") == {"a": str(int(99 - clock.now + earliest))}
    call = {"SourceTableName": table, "TargetTableName": "older", "RestoreDateTime": earliest - 1}
    refused = client.refusal("RestoreTableToPointInTime", **call)
    assert refused.code == "InvalidRestoreTimeException"


def test_a_backup_is_made_described_restored_and_deleted(
    client: Client, table: str, clock: Any
) -> None:
    client.put(table, p="a", v="1")
    made = client("CreateBackup", TableName=table, BackupName="nightly")["BackupDetails"]
    assert (made["BackupStatus"], made["BackupType"]) == ("CREATING", "USER")
    call = {"BackupArn": made["BackupArn"]}
    clock.now += 10
    client.put(table, p="a", v="2")
    described = client("DescribeBackup", **call)["BackupDescription"]
    assert described["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    assert described["SourceTableDetails"]["ItemCount"] == 1
    assert len(described["SourceTableFeatureDetails"]["GlobalSecondaryIndexes"]) == 2
    client("DeleteTable", TableName=table)
    restored = client("RestoreTableFromBackup", **call, TargetTableName="new")["TableDescription"]
    assert restored["RestoreSummary"]["SourceBackupArn"] == made["BackupArn"]
    assert scan(client, "new") == {"a": "1"}
    refused = client.refusal("RestoreTableFromBackup", **call, TargetTableName="new")
    assert refused.code == "TableAlreadyExistsException"
    gone = client("DeleteBackup", **call)["BackupDescription"]
    assert gone["BackupDetails"]["BackupStatus"] == "DELETED"
    for operation in ("DescribeBackup", "DeleteBackup"):
        assert client.refusal(operation, **call).code == "BackupNotFoundException"
    refused = client.refusal("CreateBackup", TableName="nowhere", BackupName="nightly")
    assert refused.code == "TableNotFoundException"


def test_backups_are_listed(client: Client, table: str, clock: Any) -> None:
    arns = []
    for name in ("one", "two", "three"):
        clock.now += 1
        made = client("CreateBackup", TableName=table, BackupName=name)["BackupDetails"]
        arns.append(made["BackupArn"])
    page = client("ListBackups", Limit=2)
    assert [one["BackupArn"] for one in page["BackupSummaries"]] == arns[:2]
    page = client("ListBackups", ExclusiveStartBackupArn=page["LastEvaluatedBackupArn"])
    assert [one["BackupArn"] for one in page["BackupSummaries"]] == arns[2:]
    assert "LastEvaluatedBackupArn" not in page
    bounds = {"TimeRangeLowerBound": clock.now - 1, "TimeRangeUpperBound": clock.now}
    found = client("ListBackups", TableName=table, **bounds)["BackupSummaries"]
    assert [one["BackupName"] for one in found] == ["two"]
    assert client("ListBackups", TableName="carts")["BackupSummaries"] == []


def test_a_deleted_table_with_recovery_leaves_a_backup_for_35_days(
    client: Client, table: str, clock: Any
) -> None:
    client.put(table, p="a", v="1")
    client("DeleteTable", TableName=table)
    [found] = client("ListBackups", BackupType="SYSTEM")["BackupSummaries"]
    assert found["BackupName"] == "orders$DeletedTableBackup"
    assert client("ListBackups", BackupType="USER")["BackupSummaries"] == []
    client("RestoreTableFromBackup", BackupArn=found["BackupArn"], TargetTableName="new")
    assert scan(client, "new") == {"a": "1"}
    clock.now = found["BackupExpiryDateTime"]
    assert client("ListBackups")["BackupSummaries"] == []
