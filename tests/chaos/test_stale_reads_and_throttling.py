"""What AWS's DynamoDB does under load, and emulators do not show: the shop stands it.

Reads are stale, transactions conflict and hot items are throttled. The whole suite runs so with
`LAB_DYNAMODB="throttling=true stale_read_seconds=0.5 transaction_seconds=0.02" pytest tests/chaos`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from lab.emulator import dynamodb_settings
from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd
from tests.deployed_shop import order_of
from tests.waiting import eventually

pytestmark = pytest.mark.exhaustive

PIECES, CUSTOMERS, AT_A_TIME = 20, 32, 16
# A partition has 1,000 write units on AWS, which no laptop reaches: here it has so few.
CONTENTION = {
    "stale_read_seconds": 0.5,
    "transaction_seconds": 0.1,
    "throttling": True,
    "partition_write_units": 4,
}


@pytest.fixture
def contention(crowd: Crowd) -> Iterator[None]:
    before = dynamodb_settings.read(crowd.shop.target)
    dynamodb_settings.change(crowd.shop.target, CONTENTION)
    yield
    dynamodb_settings.change(crowd.shop.target, before)


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("contention")
def test_under_contention_nothing_is_oversold_and_no_order_is_lost(
    crowd: Crowd, tell: Tell
) -> None:
    began, sku = datetime.now(UTC), crowd.sell(PIECES)
    buyers = [crowd.sign_in() for _ in range(CUSTOMERS)]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        placed = list(pool.map(lambda buyer: crowd.buy(buyer, order_of((sku, 1))), buyers))

    crowd.settle(placed)
    ended = Counter(str(order["status"]) for order in crowd.orders(placed).values())

    assert ended["CONFIRMED"] == PIECES
    assert sum(ended.values()) == len(set(placed)) == CUSTOMERS
    assert crowd.available(sku) == 0
    books = crowd.audit()
    _collide(crowd, crowd.sell(1))  # whatever the machine's speed: some are counted
    counted = {name: _counted(crowd, name, began) for name in ("conflicts", "throttled writes")}
    tell(f"{dict(ended)}, {counted}; {books}")


def _collide(crowd: Crowd, sku: str) -> None:
    """Transactions and writes of one item at the same moment, which change nothing."""
    client = crowd.shop.target.client("dynamodb")
    update = {
        "TableName": crowd.shop.target.table("inventory"),
        "Key": {"sku": {"S": sku}},
        "UpdateExpression": "ADD available :nothing",
        "ExpressionAttributeValues": {":nothing": {"N": "0"}},
    }

    def in_a_transaction(_number: int) -> None:
        with suppress(ClientError):
            client.transact_write_items(TransactItems=[{"Update": update}])

    def alone(_number: int) -> None:
        with suppress(ClientError):
            client.update_item(**update)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(in_a_transaction, range(AT_A_TIME)))
        # No conflict holds these up: they want more of a partition than it has in a second.
        list(pool.map(alone, range(4 * AT_A_TIME)))


METRICS = {"conflicts": "TransactionConflict", "throttled writes": "WriteThrottleEvents"}


def _counted(crowd: Crowd, what: str, began: datetime) -> int:
    """How many there were on the table of the stock; there must have been some."""
    metrics = crowd.shop.target.client("cloudwatch")
    dimensions = [{"Name": "TableName", "Value": crowd.shop.target.table("inventory")}]

    def total() -> int:
        found = metrics.get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName=METRICS[what],
            Dimensions=dimensions,
            StartTime=began - timedelta(minutes=1),
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        return int(sum(point["Sum"] for point in found["Datapoints"]))

    eventually(total, f"{what} in CloudWatch, which gets them once a minute", timeout_s=120)
    return total()
