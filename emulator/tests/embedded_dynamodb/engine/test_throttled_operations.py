"""What each operation takes of the limits, and what it says when they are exceeded.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing-workflow.html
"""

from typing import Any

import pytest

from tests.embedded_dynamodb.engine.throughput import (
    ARN,
    HOT_KEY,
    TABLE_MESSAGE,
    accepted,
    get,
    indexed,
    provisioned,
    put,
)

Client = Any


def test_a_write_is_throttled_by_its_global_index(throttled: Client) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html>."""
    indexed(throttled)
    requests = [put(throttled, number, g=str(number)) for number in range(4)]
    assert accepted(throttled, "PutItem", *requests) == 2
    refused = throttled.refusal("PutItem", **requests[3])
    assert refused.code == "ProvisionedThroughputExceededException"
    assert "one or more global secondary indexes of the table was exceeded" in refused.message
    assert refused.body["ThrottlingReasons"] == [
        {"reason": "IndexWriteProvisionedThroughputExceeded", "resource": f"{ARN}/index/by-g"}
    ]
    assert throttled.get("orders", p="00003") is None
    # What is not in the index does not need it.
    throttled("PutItem", **put(throttled, 9))


def test_a_global_index_has_reads_of_its_own(throttled: Client) -> None:
    indexed(throttled, reads=1)
    throttled("PutItem", **put(throttled, g="x"))
    query = {
        "TableName": "orders",
        "IndexName": "by-g",
        "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": throttled.values(g="x"),
    }
    # Half a unit each.
    assert accepted(throttled, "Query", *[query] * 5) == 2
    refused = throttled.refusal("Query", **query)
    assert refused.body["ThrottlingReasons"] == [
        {"reason": "IndexReadProvisionedThroughputExceeded", "resource": f"{ARN}/index/by-g"}
    ]
    throttled("Scan", TableName="orders")
    throttled.refusal("Scan", TableName="orders", IndexName="by-g")
    throttled.refusal("ExecuteStatement", Statement='SELECT * FROM orders."by-g"')


def test_a_partition_of_a_global_index_can_be_hot(throttled: Client) -> None:
    throttled.engine.configure({"partition_write_units": 3})
    throttled.table(
        "orders", types={"g": "S"}, GlobalSecondaryIndexes=[throttled.index("by-g", "g")]
    )
    requests = [put(throttled, number, g="new") for number in range(6)]
    assert accepted(throttled, "PutItem", *requests) == 3
    refused = throttled.refusal("PutItem", **requests[5])
    assert "for one or more global secondary indexes" in refused.message
    assert refused.body["throttlingReasons"] == [
        {"reason": "IndexWriteKeyRangeThroughputExceeded", "resource": f"{ARN}/index/by-g"}
    ]
    throttled("PutItem", **put(throttled, 7, g="other"))


def test_an_item_that_moves_in_an_index_writes_to_both_partitions(throttled: Client) -> None:
    throttled.engine.configure({"partition_write_units": 2})
    throttled.table(
        "orders", types={"g": "S"}, GlobalSecondaryIndexes=[throttled.index("by-g", "g")]
    )
    throttled("PutItem", **put(throttled, 1, g="a"))
    throttled("PutItem", **put(throttled, 1, g="b"))
    # "a" has had two writes and "b" one.
    throttled.refusal("PutItem", **put(throttled, 2, g="a"))
    throttled("PutItem", **put(throttled, 3, g="b"))
    throttled.refusal("PutItem", **put(throttled, 4, g="b"))


def test_a_local_index_takes_the_units_of_its_table(throttled: Client) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ThroughputConsiderations>."""
    provisioned(
        throttled,
        writes=4,
        key="p s:N",
        types={"r": "N"},
        LocalSecondaryIndexes=[throttled.index("by-r", "p", "r")],
    )
    requests = [
        {"TableName": "orders", "Item": throttled.item(p=str(number), s=1, r=1)}
        for number in range(4)
    ]
    assert accepted(throttled, "PutItem", *requests) == 2


def test_a_failed_condition_takes_units_too(throttled: Client) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>."""
    provisioned(throttled, writes=3)
    throttled("PutItem", **put(throttled))
    failing = put(throttled) | {"ConditionExpression": "attribute_not_exists(p)"}
    for _ in range(2):
        assert throttled.refusal("PutItem", **failing).code == "ConditionalCheckFailedException"
    refused = throttled.refusal("PutItem", **failing)
    assert refused.code == "ProvisionedThroughputExceededException"


@pytest.mark.parametrize("operation", ["Query", "Scan", "ExecuteStatement"])
def test_a_page_takes_what_it_reads(throttled: Client, clock: Any, operation: str) -> None:
    provisioned(throttled, writes=200, reads=10)
    throttled("PutItem", **put(throttled, size=80_000))
    requests: dict[str, Any] = {
        "Query": {
            "TableName": "orders",
            "KeyConditionExpression": "p = :p",
            "ExpressionAttributeValues": throttled.values(p="00000"),
        },
        "Scan": {"TableName": "orders"},
        "ExecuteStatement": {"Statement": "SELECT * FROM orders WHERE p = '00000'"},
    }
    # 80,000 bytes are ten units, eventually consistent.
    assert accepted(throttled, operation, *[requests[operation]] * 2) == 1
    clock.now += 1
    throttled(operation, **requests[operation])


def test_a_scan_takes_of_each_partition_its_part(throttled: Client, clock: Any) -> None:
    throttled.engine.configure({"partition_read_units": 10})
    throttled.table("orders")
    throttled("PutItem", **put(throttled, 1, size=72_000))
    throttled("PutItem", **put(throttled, 2, size=8_000))
    throttled("Scan", TableName="orders")
    # Nine units of the first are gone, and one of the second.
    assert accepted(throttled, "GetItem", *[get(throttled, 3)] * 20) == 10
    throttled.refusal("GetItem", **get(throttled, 1))
    assert accepted(throttled, "GetItem", *[get(throttled, 2)] * 20) == 4


def test_a_batch_leaves_what_is_throttled_unprocessed(throttled: Client, clock: Any) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>."""
    provisioned(throttled, writes=3, reads=2)
    requests = [{"PutRequest": {"Item": put(throttled, number)["Item"]}} for number in range(5)]
    answer = throttled("BatchWriteItem", RequestItems={"orders": requests})
    assert answer["UnprocessedItems"] == {"orders": requests[3:]}
    refused = throttled.refusal("BatchWriteItem", RequestItems=answer["UnprocessedItems"])
    assert refused.code == "ProvisionedThroughputExceededException"
    clock.now += 1
    again = throttled("BatchWriteItem", RequestItems=answer["UnprocessedItems"])
    assert again["UnprocessedItems"] == {}


def test_a_read_batch_leaves_what_is_throttled_unprocessed(throttled: Client, clock: Any) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>."""
    provisioned(throttled, writes=30, reads=2)
    for number in range(5):
        throttled("PutItem", **put(throttled, number))
    keys = [get(throttled, number)["Key"] for number in range(5)]
    wanted = {"orders": {"Keys": keys, "ConsistentRead": True}}
    answer = throttled("BatchGetItem", RequestItems=wanted)
    assert len(answer["Responses"]["orders"]) == 2
    assert answer["UnprocessedKeys"] == {"orders": {"Keys": keys[2:], "ConsistentRead": True}}
    refused = throttled.refusal("BatchGetItem", RequestItems=answer["UnprocessedKeys"])
    assert refused.code == "ProvisionedThroughputExceededException"
    assert refused.body["ThrottlingReasons"] == [
        {"reason": "TableReadProvisionedThroughputExceeded", "resource": ARN}
    ]
    clock.now += 2
    answer = throttled("BatchGetItem", RequestItems=answer["UnprocessedKeys"])
    assert answer["UnprocessedKeys"] == {}


def test_a_batch_for_a_hot_partition_is_a_throttling_exception(throttled: Client) -> None:
    """Nothing is processed, and not because of provisioned throughput.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    """
    throttled.engine.configure({"partition_write_units": 1})
    provisioned(throttled, writes=100)
    throttled("PutItem", **put(throttled))
    request = {"PutRequest": {"Item": put(throttled)["Item"]}}
    refused = throttled.refusal("BatchWriteItem", RequestItems={"orders": [request]})
    assert refused.code == "ThrottlingException"


def test_a_throttled_transaction_is_cancelled_and_takes_nothing(throttled: Client) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>."""
    provisioned(throttled, writes=4)
    items = [{"Put": put(throttled, number)} for number in range(3)]
    refused = throttled.refusal("TransactWriteItems", TransactItems=items)
    assert refused.code == "TransactionCanceledException"
    # Each write of a transaction takes two units.
    none = {"Code": "None"}
    assert refused.body["CancellationReasons"] == [
        none,
        none,
        {"Code": "ProvisionedThroughputExceeded", "Message": TABLE_MESSAGE},
    ]
    assert throttled("Scan", TableName="orders")["Count"] == 0
    throttled("TransactWriteItems", TransactItems=items[:2])
    throttled.refusal("PutItem", **put(throttled))


def test_a_throttled_transaction_on_demand_has_another_reason(throttled: Client) -> None:
    throttled.engine.configure({"partition_write_units": 2})
    throttled.table("orders", "p s:N")
    items = [
        {"Put": {"TableName": "orders", "Item": throttled.item(p="a", s=number)}}
        for number in range(2)
    ]
    refused = throttled.refusal("TransactWriteItems", TransactItems=items)
    reasons = refused.body["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ThrottlingError"]
    assert HOT_KEY in reasons[1]["Message"]


@pytest.mark.parametrize("operation", ["TransactGetItems", "ExecuteTransaction"])
def test_a_throttled_reading_transaction_is_cancelled(throttled: Client, operation: str) -> None:
    provisioned(throttled, reads=4)
    requests: dict[str, Any] = {
        "TransactGetItems": {
            "TransactItems": [
                {"Get": {"TableName": "orders", "Key": throttled.item(p=name)}} for name in "abc"
            ]
        },
        "ExecuteTransaction": {
            "TransactStatements": [
                {"Statement": f"SELECT * FROM orders WHERE p = '{name}'"} for name in "abc"
            ]
        },
    }
    refused = throttled.refusal(operation, **requests[operation])
    reasons = [reason["Code"] for reason in refused.body["CancellationReasons"]]
    assert reasons == ["None", "None", "ProvisionedThroughputExceeded"]
    for name in "abcd":
        throttled("GetItem", TableName="orders", Key=throttled.item(p=name), ConsistentRead=True)


def test_statements_of_a_batch_are_throttled_each_for_itself(throttled: Client) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html>."""
    provisioned(throttled, writes=1, reads=1)
    writes = [{"Statement": f"INSERT INTO orders VALUE {{'p': '{name}'}}"} for name in "ab"]
    responses = throttled("BatchExecuteStatement", Statements=writes)["Responses"]
    assert responses[0] == {"TableName": "orders"}
    assert responses[1]["Error"] == {
        "Code": "ProvisionedThroughputExceeded",
        "Message": TABLE_MESSAGE,
    }
    reads = [{"Statement": "SELECT * FROM orders WHERE p = 'a'", "ConsistentRead": True}] * 2
    responses = throttled("BatchExecuteStatement", Statements=reads)["Responses"]
    assert responses[0]["Item"] == throttled.item(p="a")
    assert responses[1]["Error"]["Code"] == "ProvisionedThroughputExceeded"


def test_the_service_expires_items_whatever_is_left(throttled: Client, clock: Any) -> None:
    """TTL takes no write capacity.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    provisioned(throttled, writes=1)
    throttled(
        "UpdateTimeToLive",
        TableName="orders",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"},
    )
    throttled("PutItem", **put(throttled, until=int(clock.now) - 1))
    throttled.refusal("PutItem", **put(throttled))
    assert throttled.engine.expire() == 1


def events(report: Any) -> list[tuple[str, str | None, str]]:
    return [(event.table, event.index, event.reason) for event in report.throttle_events]


def test_a_report_has_the_throttle_events_of_a_refused_request(
    throttled: Client, reports: list[Any]
) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>."""
    indexed(throttled, writes=1)
    assert accepted(throttled, "PutItem", *[put(throttled, 1, g=str(n)) for n in range(3)]) == 1
    report = reports[-1]
    assert events(report) == [("orders", "by-g", "IndexWriteProvisionedThroughputExceeded")]
    assert report.throttle_events[0].kind == "Write"
    assert report.throttled_tables == ("orders",)
    assert report.writes == ()
    assert reports[-2].throttle_events == ()
    assert reports[-2].throttled_tables == ()


def test_a_report_of_a_batch_has_events_though_it_is_answered(
    throttled: Client, reports: list[Any]
) -> None:
    """ThrottledRequests counts a batch only if every request in it is throttled."""
    provisioned(throttled, writes=1)
    requests = [{"PutRequest": {"Item": put(throttled, number)["Item"]}} for number in range(3)]
    throttled("BatchWriteItem", RequestItems={"orders": requests})
    assert len(reports[-1].throttle_events) == 2
    assert reports[-1].throttled_tables == ()
    throttled.refusal("BatchWriteItem", RequestItems={"orders": requests})
    assert len(reports[-1].throttle_events) == 3
    assert reports[-1].throttled_tables == ("orders",)


def test_a_report_of_a_transaction_has_an_event_for_each_item(
    throttled: Client, reports: list[Any]
) -> None:
    provisioned(throttled, writes=1)
    items = [{"Put": put(throttled, number)} for number in range(3)]
    throttled.refusal("TransactWriteItems", TransactItems=items)
    assert events(reports[-1]) == [("orders", None, "TableWriteProvisionedThroughputExceeded")] * 2
    assert reports[-1].throttled_tables == ("orders",)
