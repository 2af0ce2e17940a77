"""Tables and indexes that are being created, updated or deleted: it takes time, as on AWS."""

from typing import Any

import pytest

from tests.embedded_dynamodb.engine.table_definitions import ON_DEMAND, UNITS, keys, types

Client = Any
MORE = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 12}
IN_USE = "Attempt to change a resource which is still in use: "
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}


@pytest.fixture
def slow(client: Client) -> Client:
    client.engine.configure({"control_plane_seconds": 10})
    return client


@pytest.fixture
def table(slow: Client, clock: Any) -> str:
    """A provisioned table with an index, and active."""
    index = slow.index("old", "p") | {"ProvisionedThroughput": UNITS}
    slow.table("orders", GlobalSecondaryIndexes=[index], **PROVISIONED)
    clock.now += 10
    return "orders"


def described(client: Client) -> Any:
    return client("DescribeTable", TableName="orders")["Table"]


def units(described: Any) -> list[int]:
    throughput = described["ProvisionedThroughput"]
    return [throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]]


def update(client: Client, **parameters: Any) -> Any:
    return client("UpdateTable", TableName="orders", **parameters)["TableDescription"]


def refused(client: Client, **parameters: Any) -> tuple[str, str]:
    error = client.refusal("UpdateTable", TableName="orders", **parameters)
    return error.code, error.message


def create_index(client: Client, name: str = "new") -> Any:
    index = client.index(name, "q") | {"ProvisionedThroughput": UNITS}
    return {
        "AttributeDefinitions": types("q"),
        "GlobalSecondaryIndexUpdates": [{"Create": index}],
    }


def delete_index(name: str) -> Any:
    return {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}


def index_units(name: str) -> Any:
    change = {"IndexName": name, "ProvisionedThroughput": MORE}
    return {"GlobalSecondaryIndexUpdates": [{"Update": change}]}


def index_of(client: Client, name: str) -> Any:
    indexes = described(client).get("GlobalSecondaryIndexes", [])
    return next((one for one in indexes if one["IndexName"] == name), None)


def test_new_throughput_is_shown_when_the_table_is_active_again(
    slow: Client, table: str, clock: Any
) -> None:
    began = clock.now
    answer = update(slow, ProvisionedThroughput=MORE)
    assert (answer["TableStatus"], units(answer)) == ("UPDATING", [5, 6])
    assert answer["ProvisionedThroughput"]["LastIncreaseDateTime"] == began
    clock.now += 9.9
    assert (described(slow)["TableStatus"], units(described(slow))) == ("UPDATING", [5, 6])
    clock.now += 0.1
    shown = described(slow)
    assert (shown["TableStatus"], units(shown)) == ("ACTIVE", [10, 12])
    assert shown["ProvisionedThroughput"]["LastIncreaseDateTime"] == clock.now


def test_without_a_delay_the_answer_shows_the_old_throughput_and_the_table_the_new(
    client: Client,
) -> None:
    client.table("orders", **PROVISIONED)
    answer = update(client, ProvisionedThroughput=MORE)
    assert (answer["TableStatus"], units(answer)) == ("UPDATING", [5, 6])
    assert (described(client)["TableStatus"], units(described(client))) == ("ACTIVE", [10, 12])


def test_decreases_are_counted_by_day_when_they_are_done(
    slow: Client, table: str, clock: Any
) -> None:
    def count() -> int:
        return int(described(slow)["ProvisionedThroughput"]["NumberOfDecreasesToday"])

    update(slow, ProvisionedThroughput={"ReadCapacityUnits": 4, "WriteCapacityUnits": 6})
    assert count() == 0
    clock.now += 10
    assert count() == 1
    update(slow, ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 6})
    clock.now += 10
    assert count() == 2
    clock.now += 24 * 60 * 60
    assert count() == 0


def test_another_class_and_another_encryption_are_shown_later(
    slow: Client, table: str, clock: Any
) -> None:
    answer = update(
        slow, TableClass="STANDARD_INFREQUENT_ACCESS", SSESpecification={"Enabled": True}
    )
    assert "TableClassSummary" not in answer
    assert answer["SSEDescription"]["Status"] == "UPDATING"
    assert described(slow)["SSEDescription"]["Status"] == "UPDATING"
    clock.now += 10
    shown = described(slow)
    assert shown["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert shown["SSEDescription"]["Status"] == "ENABLED"
    assert update(slow, SSESpecification={"Enabled": False})["SSEDescription"]["SSEType"] == "KMS"
    clock.now += 10
    assert "SSEDescription" not in described(slow)


def test_the_billing_mode_is_shown_at_once_and_since_when_later(
    slow: Client, table: str, clock: Any
) -> None:
    answer = update(slow, **ON_DEMAND)
    assert answer["BillingModeSummary"] == ON_DEMAND
    assert units(answer) == [0, 0]
    clock.now += 10
    assert "LastUpdateToPayPerRequestDateTime" in described(slow)["BillingModeSummary"]


def test_who_leaves_on_demand_says_the_throughput_of_each_index(client: Client) -> None:
    client.table(
        "orders", GlobalSecondaryIndexes=[client.index("one", "p"), client.index("two", "p")]
    )
    assert refused(client, **PROVISIONED) == (
        "ValidationException",
        "One or more parameter values were invalid: ProvisionedThroughput must be specified for "
        "index: one,two",
    )


def test_a_new_table_has_no_items_until_it_is_active(slow: Client, clock: Any) -> None:
    slow.table("orders", GlobalSecondaryIndexes=[slow.index("old", "p")])
    shown = described(slow)
    assert shown["TableStatus"] == shown["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert "Backfilling" not in shown["GlobalSecondaryIndexes"][0]
    assert shown["BillingModeSummary"] == ON_DEMAND
    for operation, parameters in (
        ("PutItem", {"TableName": "orders", "Item": {"p": {"S": "a"}}}),
        ("BatchGetItem", {"RequestItems": {"orders": {"Keys": [{"p": {"S": "a"}}]}}}),
        ("Scan", {"TableName": "orders"}),
    ):
        error = slow.refusal(operation, **parameters)
        assert (error.code, error.message) == (
            "ResourceNotFoundException",
            "Requested resource not found",
        )
    clock.now += 10
    assert described(slow)["TableStatus"] == "ACTIVE"
    slow.put("orders", p="a")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        (
            "CreateTable",
            ON_DEMAND | {"KeySchema": keys("p"), "AttributeDefinitions": types("p")},
        ),
        ("DeleteTable", {}),
        ("UpdateTable", ON_DEMAND),
        ("UpdateTimeToLive", {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}}),
    ],
)
@pytest.mark.parametrize("status", ["CREATING", "DELETING"])
def test_a_table_that_is_created_or_deleted_is_not_changed(
    slow: Client, clock: Any, operation: str, parameters: Any, status: str
) -> None:
    slow.table("orders")
    if status == "DELETING":
        clock.now += 10
        slow("DeleteTable", TableName="orders")
    error = slow.refusal(operation, TableName="orders", **parameters)
    word = {"CREATING": "created", "DELETING": "deleted"}[status]
    assert (error.code, error.message) == (
        "ResourceInUseException",
        f"{IN_USE}Table is being {word}: orders",
    )


def test_tags_and_backups_wait_until_the_table_is_there(slow: Client) -> None:
    slow.table("orders")
    arn = described(slow)["TableArn"]
    tagged = slow.refusal("TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert tagged.message == f"{IN_USE}Table is being created: orders"
    assert slow.refusal("CreateBackup", TableName="orders", BackupName="one").code == (
        "TableInUseException"
    )


def test_a_table_that_is_updated_is_not_changed_and_can_be_used(slow: Client, table: str) -> None:
    update(slow, ProvisionedThroughput=MORE)
    message = f"{IN_USE}Table is being updated: orders"
    assert refused(slow, ProvisionedThroughput=MORE) == ("ResourceInUseException", message)
    assert slow.refusal("DeleteTable", TableName=table).message == message
    slow.put(table, p="a")
    assert slow("Query", **query("old", "p"))["Count"] == 1


def query(index: str, key: str) -> Any:
    return {
        "TableName": "orders",
        "IndexName": index,
        "KeyConditionExpression": f"{key} = :v",
        "ExpressionAttributeValues": {":v": {"S": "a"}},
    }


def test_a_deleted_table_is_there_until_it_is_gone(slow: Client, table: str, clock: Any) -> None:
    slow.put(table, p="a")
    slow("DeleteTable", TableName=table)
    assert described(slow)["TableStatus"] == "DELETING"
    assert slow.get(table, p="a") is not None
    assert slow("ListTables")["TableNames"] == [table]
    clock.now += 10
    assert slow("ListTables")["TableNames"] == []
    assert slow.refusal("DescribeTable", TableName=table).code == "ResourceNotFoundException"
    slow.table("orders")


def test_a_new_index_gets_its_resources_and_then_its_items(
    slow: Client, table: str, clock: Any
) -> None:
    slow.put(table, p="1", q="a")
    answer = update(slow, **create_index(slow))
    assert answer["TableStatus"] == "UPDATING"
    statuses = []
    for step in (0, 5, 5):
        clock.now += step
        index = index_of(slow, "new")
        statuses.append(
            (described(slow)["TableStatus"], index["IndexStatus"], index.get("Backfilling"))
        )
        if index["IndexStatus"] == "CREATING":
            error = slow.refusal("Query", **query("new", "q"))
            assert error.message == "Cannot read from backfilling global secondary index: new"
            slow.put(table, p=f"{len(statuses)}", q="a")
    assert statuses == [
        ("UPDATING", "CREATING", False),
        ("ACTIVE", "CREATING", True),
        ("ACTIVE", "ACTIVE", None),
    ]
    assert slow("Query", **query("new", "q"))["Count"] == 2


def test_an_index_that_is_created_is_deleted_only_while_it_is_filled(
    slow: Client, table: str, clock: Any
) -> None:
    update(slow, **create_index(slow))
    assert refused(slow, **delete_index("new")) == (
        "ResourceInUseException",
        f"{IN_USE}Index is being created.  Table: orders Index: new",
    )
    clock.now += 5
    update(slow, **delete_index("new"))
    assert index_of(slow, "new")["IndexStatus"] == "DELETING"
    clock.now += 10
    assert index_of(slow, "new") is None
    assert described(slow)["AttributeDefinitions"] == types("p")


def test_a_deleted_index_is_not_read_nor_changed(slow: Client, table: str, clock: Any) -> None:
    slow.put(table, p="a")
    answer = update(slow, **delete_index("old"))
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    error = slow.refusal("Query", **query("old", "p"))
    assert error.message == "The table does not have the specified index: old"
    message = f"{IN_USE}Index is being deleted.  Table: orders Index: old"
    assert refused(slow, **delete_index("old")) == ("ResourceInUseException", message)
    assert refused(slow, **index_units("old")) == ("ResourceInUseException", message)
    clock.now += 10
    assert "GlobalSecondaryIndexes" not in described(slow)


@pytest.mark.parametrize("first", ["create", "delete"])
def test_a_second_index_is_not_created_or_deleted_meanwhile(
    slow: Client, table: str, clock: Any, first: str
) -> None:
    begun = create_index(slow) if first == "create" else delete_index("old")
    update(slow, **begun)
    clock.now += 5
    others = [create_index(slow, "third")] + ([delete_index("old")] if first == "create" else [])
    for other in others:
        assert refused(slow, **other) == (
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table",
        )
    update(slow, ProvisionedThroughput=MORE)


@pytest.mark.parametrize(("begun", "word"), [("create", "created"), ("delete", "deleted")])
def test_a_table_of_which_an_index_changes_is_not_deleted(
    slow: Client, table: str, clock: Any, begun: str, word: str
) -> None:
    name = "new" if begun == "create" else "old"
    update(slow, **(create_index(slow) if begun == "create" else delete_index("old")))
    clock.now += 5
    error = slow.refusal("DeleteTable", TableName=table)
    assert (error.code, error.message) == (
        "ResourceInUseException",
        f"{IN_USE}Index is being {word}.  Table: orders Index: {name}",
    )
    clock.now += 5
    slow("DeleteTable", TableName=table)


def test_an_index_s_new_throughput_is_shown_when_it_is_active_again(
    slow: Client, table: str, clock: Any
) -> None:
    update(slow, **index_units("old"))
    assert (index_of(slow, "old")["IndexStatus"], units(index_of(slow, "old"))) == (
        "UPDATING",
        [5, 6],
    )
    assert refused(slow, **index_units("old")) == (
        "ResourceInUseException",
        f"{IN_USE}Index is being updated.  Table: orders Index: old",
    )
    clock.now += 10
    assert (index_of(slow, "old")["IndexStatus"], units(index_of(slow, "old"))) == (
        "ACTIVE",
        [10, 12],
    )


def test_an_index_that_is_filled_can_get_other_throughput(
    slow: Client, table: str, clock: Any
) -> None:
    update(slow, **create_index(slow))
    clock.now += 5
    update(slow, **index_units("new"))
    clock.now += 10
    assert units(index_of(slow, "new")) == [10, 12]


def test_a_throughput_that_no_index_can_have_is_blocked(slow: Client, table: str) -> None:
    change = {
        "IndexName": "none",
        "ProvisionedThroughput": {"ReadCapacityUnits": 10**12 + 1, "WriteCapacityUnits": 1},
    }
    assert refused(slow, GlobalSecondaryIndexUpdates=[{"Update": change}]) == (
        "ValidationException",
        "This operation cannot be performed with given input values. Please contact DynamoDB "
        "service team for more info: Action Blocked: IndexUpdate",
    )


def test_a_restored_table_is_in_progress_until_it_is_active(
    slow: Client, table: str, clock: Any
) -> None:
    arn = slow("CreateBackup", TableName=table, BackupName="one")["BackupDetails"]["BackupArn"]
    slow("RestoreTableFromBackup", TargetTableName="copy", BackupArn=arn)
    for status, in_progress in (("CREATING", True), ("ACTIVE", False)):
        shown = slow("DescribeTable", TableName="copy")["Table"]
        assert (shown["TableStatus"], shown["RestoreSummary"]["RestoreInProgress"]) == (
            status,
            in_progress,
        )
        clock.now += 10
