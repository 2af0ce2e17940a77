"""CloudWatch's metrics of tables: the requests of a minute, as statistics.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from embedded_dynamodb.engine import Engine
from localstack_host.services.dynamodb.metrics import NAMESPACE, TableMetrics

ORDERS = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ONE = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
FALSE = {"TableName": "orders", "ConditionExpression": "attribute_exists(amount)"}


class Published:
    """An engine whose metrics are kept instead of put."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.put: dict[tuple[str, str], dict[str, Any]] = {}
        self.places: list[Any] = []
        self.metrics = TableMetrics(self._keep, period_s=0)
        self.call("CreateTable", ORDERS)
        self.engine.on_request.append(self.metrics.record)

    def call(self, operation: str, request: Any) -> None:
        self.engine.handle(operation, json.dumps(request).encode(), "000000000000", "us-east-2")

    def statistics(self, name: str, **dimensions: str) -> dict[str, float] | None:
        """What was put of a metric, or None."""
        self.metrics.publish()
        return self.put.get((name, repr(sorted(dimensions.items()))))

    def _keep(self, place: Any, points: list[dict[str, Any]]) -> None:
        self.places.append(place)
        for point in points:
            dimensions = sorted((one["Name"], one["Value"]) for one in point["Dimensions"])
            self.put[point["MetricName"], repr(dimensions)] = point["StatisticValues"]


@pytest.fixture
def published() -> Published:
    return Published()


def test_units_are_summed_for_each_table(published: Published) -> None:
    large = {"id": {"S": "1"}, "text": {"S": "x" * 3000}}
    published.call("PutItem", {"TableName": "orders", "Item": large})
    published.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": "2"}}})
    published.call("GetItem", ONE | {"ConsistentRead": True})

    written = published.statistics("ConsumedWriteCapacityUnits", TableName="orders")
    read = published.statistics("ConsumedReadCapacityUnits", TableName="orders")

    assert written == {"SampleCount": 2, "Sum": 4, "Minimum": 1, "Maximum": 3}
    assert read == {"SampleCount": 1, "Sum": 1, "Minimum": 1, "Maximum": 1}
    assert published.places == [("000000000000", "us-east-2", NAMESPACE)]


def test_a_false_condition_is_counted_and_is_no_error_of_the_user(published: Published) -> None:
    published.call("PutItem", FALSE | {"Item": {"id": {"S": "1"}}})
    failed = published.statistics("ConditionalCheckFailedRequests", TableName="orders")
    assert failed is not None
    assert failed["Sum"] == 1
    assert published.statistics("UserErrors") is None


def test_a_false_condition_of_a_transaction_is_both(published: Published) -> None:
    action = {"Put": FALSE | {"Item": {"id": {"S": "1"}}}}
    published.call("TransactWriteItems", {"TransactItems": [action]})
    failed = published.statistics("ConditionalCheckFailedRequests", TableName="orders")
    assert failed is not None
    assert failed["Sum"] == 1
    assert published.statistics("UserErrors") is not None


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("PutItem", {"TableName": "orders", "Item": {}}),
        ("GetItem", {"TableName": "nothing", "Key": {"id": {"S": "1"}}}),
        ("PutItem", {"TableName": 5}),
    ],
)
def test_a_wrong_request_is_an_error_of_the_user_in_the_region(
    published: Published, operation: str, request_: dict[str, Any]
) -> None:
    published.call(operation, request_)
    wrong = published.statistics("UserErrors")
    assert wrong is not None
    assert wrong["Sum"] == 1


def test_latency_and_items_are_told_by_operation(published: Published) -> None:
    published.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": "1"}}})
    published.call("Scan", {"TableName": "orders"})
    of_scan = {"TableName": "orders", "Operation": "Scan"}
    returned = published.statistics("ReturnedItemCount", **of_scan)
    latency = published.statistics("SuccessfulRequestLatency", **of_scan)
    assert returned is not None
    assert returned["Sum"] == 1
    assert latency is not None
    assert 0 < latency["Minimum"] < 1000


def test_nothing_is_put_twice(published: Published) -> None:
    published.call("Scan", {"TableName": "orders"})
    published.metrics.publish()
    published.metrics.publish()
    assert len(published.places) == 1


def test_what_is_throttled_is_counted_and_is_no_error_of_the_user(published: Published) -> None:
    published.engine.configure({"throttling": True, "partition_write_units": 1})
    for _ in range(2):
        published.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": "1"}}})
    of_put = {"TableName": "orders", "Operation": "PutItem"}
    events = published.statistics("WriteThrottleEvents", TableName="orders")
    requests = published.statistics("ThrottledRequests", **of_put)
    assert events is not None
    assert events["Sum"] == 1
    assert requests is not None
    assert requests["Sum"] == 1
    assert published.statistics("UserErrors") is None


def test_conflicts_are_counted_by_item(published: Published) -> None:
    put = {"TableName": "orders", "Item": {"id": {"S": "1"}}}
    published.engine.configure({"transaction_seconds": 1})
    # Another request for the item arrives while the transaction waits for its end.
    published.engine.sleep = lambda _seconds: published.call("PutItem", put)
    published.call("TransactWriteItems", {"TransactItems": [{"Put": put}]})
    conflicts = published.statistics("TransactionConflict", TableName="orders")
    assert conflicts is not None
    assert conflicts["Sum"] == 1
