"""The limits: provisioned, on demand, of the account and of a partition.

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
    provisioned,
    put,
    puts,
    throughput,
)

Client = Any


def test_a_provisioned_table_gives_its_units_in_a_second(throttled: Client, clock: Any) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html>."""
    provisioned(throttled)
    assert accepted(throttled, "PutItem", *puts(throttled, 8)) == 5
    refused = throttled.refusal("PutItem", **put(throttled))
    assert refused.type.endswith("v20120810#ProvisionedThroughputExceededException")
    assert refused.message == TABLE_MESSAGE
    assert refused.body["ThrottlingReasons"] == [
        {"reason": "TableWriteProvisionedThroughputExceeded", "resource": ARN}
    ]
    clock.now += 0.2
    assert accepted(throttled, "PutItem", *puts(throttled, 8)) == 1
    refused = throttled.refusal("UpdateItem", TableName="orders", Key=throttled.item(p="x"))
    assert refused.code == "ProvisionedThroughputExceededException"


def test_reads_have_units_of_their_own(throttled: Client) -> None:
    provisioned(throttled, reads=2)
    throttled("PutItem", **put(throttled))
    assert accepted(throttled, "GetItem", *[get(throttled)] * 4) == 2
    refused = throttled.refusal("GetItem", **get(throttled))
    assert refused.code == "ProvisionedThroughputExceededException"
    assert refused.body["ThrottlingReasons"] == [
        {"reason": "TableReadProvisionedThroughputExceeded", "resource": ARN}
    ]
    throttled("PutItem", **put(throttled))


def test_unused_capacity_of_five_minutes_is_kept(throttled: Client, clock: Any) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html>."""
    provisioned(throttled, writes=2)
    throttled("PutItem", **put(throttled))
    clock.now += 10
    assert accepted(throttled, "PutItem", *puts(throttled, 50)) == 21
    clock.now += 3600
    assert accepted(throttled, "PutItem", *puts(throttled, 700)) == 600


def test_how_long_unused_capacity_is_kept_can_be_set(throttled: Client, clock: Any) -> None:
    throttled.engine.configure({"burst_seconds": 0})
    provisioned(throttled, writes=2)
    throttled("PutItem", **put(throttled))
    clock.now += 3600
    assert accepted(throttled, "PutItem", *puts(throttled, 50)) == 2


def test_a_large_item_takes_its_units_and_leaves_a_debt(throttled: Client, clock: Any) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>."""
    provisioned(throttled)
    throttled("PutItem", **put(throttled, size=20 * 1024))
    clock.now += 3.9
    throttled.refusal("PutItem", **put(throttled, size=20 * 1024))
    clock.now += 0.1
    throttled("PutItem", **put(throttled, size=20 * 1024))


def test_a_changed_throughput_counts_from_then_on(throttled: Client, clock: Any) -> None:
    provisioned(throttled)
    assert accepted(throttled, "PutItem", *puts(throttled, 8)) == 5
    throttled("UpdateTable", TableName="orders", ProvisionedThroughput=throughput(5, 100))
    throttled.refusal("PutItem", **put(throttled))
    clock.now += 1
    assert accepted(throttled, "PutItem", *puts(throttled, 120)) == 100


def test_an_on_demand_table_has_the_maximum_that_was_set(throttled: Client, clock: Any) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html>."""
    throttled.table(
        "orders", OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 3}
    )
    clock.now += 100
    assert accepted(throttled, "PutItem", *puts(throttled, 8)) == 3
    refused = throttled.refusal("PutItem", **put(throttled))
    assert refused.type == "com.amazon.coral.availability#ThrottlingException"
    assert refused.message == (
        "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
    )
    assert refused.body["throttlingReasons"] == [
        {"reason": "TableWriteMaxOnDemandThroughputExceeded", "resource": ARN}
    ]
    assert accepted(throttled, "GetItem", *[get(throttled)] * 50) == 50
    clock.now += 1
    throttled("PutItem", **put(throttled))


@pytest.mark.parametrize("kind", ["Read", "Write"])
def test_an_on_demand_table_has_the_quota_of_the_account(
    throttled: Client, clock: Any, kind: str
) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#default-limits-throughput>."""
    throttled.engine.configure({"on_demand_read_units": 4, "on_demand_write_units": 4})
    throttled.table("orders")
    clock.now += 100
    operation = "GetItem" if kind == "Read" else "PutItem"
    requests = [(get if kind == "Read" else put)(throttled, number) for number in range(8)]
    assert accepted(throttled, operation, *requests) == 4
    refused = throttled.refusal(operation, **requests[0])
    assert refused.code == "RequestLimitExceeded"
    assert refused.message.startswith("Throughput exceeds the current throughput limit for your")
    assert refused.body["ThrottlingReasons"] == [
        {"reason": f"Table{kind}AccountLimitExceeded", "resource": ARN}
    ]


def test_quotas_are_those_of_aws_until_they_are_set(throttled: Client) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#default-limits-throughput>."""
    settings = throttled.engine.settings
    assert (settings.on_demand_read_units, settings.on_demand_write_units) == (40_000, 40_000)
    assert (settings.partition_read_units, settings.partition_write_units) == (3_000, 1_000)
    assert settings.burst_seconds == 300


def test_a_partition_gives_a_thousand_write_units(throttled: Client, clock: Any) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>."""
    throttled.table("orders")
    clock.now += 100
    large = [put(throttled, 1, size=100 * 1024)] * 12
    assert accepted(throttled, "PutItem", *large) == 10
    refused = throttled.refusal("PutItem", **put(throttled, 1))
    assert refused.code == "ThrottlingException"
    assert HOT_KEY in refused.message
    assert refused.body["throttlingReasons"] == [
        {"reason": "TableWriteKeyRangeThroughputExceeded", "resource": ARN}
    ]
    # Another partition has its own.
    throttled("PutItem", **put(throttled, 2))
    clock.now += 1
    assert accepted(throttled, "PutItem", *large) == 10


def test_a_partition_gives_three_thousand_read_units(throttled: Client, clock: Any) -> None:
    throttled.table("orders")
    throttled("PutItem", **put(throttled, 1, size=400_000))
    clock.now += 100
    # An item of 400,000 bytes is read for 98 units.
    assert accepted(throttled, "GetItem", *[get(throttled, 1)] * 40) == 3000 // 98
    refused = throttled.refusal("GetItem", **get(throttled, 1))
    assert [one["reason"] for one in refused.body["throttlingReasons"]] == [
        "TableReadKeyRangeThroughputExceeded"
    ]
    throttled("GetItem", **get(throttled, 2))


def test_a_partition_of_a_provisioned_table_names_the_partition(throttled: Client) -> None:
    """The example of "Step 1" of the page that is named above."""
    provisioned(throttled, writes=5000)
    assert accepted(throttled, "PutItem", *[put(throttled, 1, size=200 * 1024)] * 6) == 5
    refused = throttled.refusal("PutItem", **put(throttled, 1))
    assert refused.code == "ProvisionedThroughputExceededException"
    assert [one["reason"] for one in refused.body["ThrottlingReasons"]] == [
        "TableWriteKeyRangeThroughputExceeded"
    ]


def test_items_with_one_partition_key_share_it(throttled: Client) -> None:
    throttled.engine.configure({"partition_write_units": 3})
    throttled.table("orders", "p s:N")
    items = [
        {"TableName": "orders", "Item": throttled.item(p="\0a", s=number)} for number in range(5)
    ]
    assert accepted(throttled, "PutItem", *items) == 3
    throttled("PutItem", TableName="orders", Item=throttled.item(p="\0b", s=1))


def test_all_limits_that_are_exceeded_are_named(throttled: Client) -> None:
    throttled.engine.configure({"partition_write_units": 2})
    provisioned(throttled, writes=2)
    assert accepted(throttled, "PutItem", *[put(throttled)] * 4) == 2
    refused = throttled.refusal("PutItem", **put(throttled))
    assert [one["reason"] for one in refused.body["ThrottlingReasons"]] == [
        "TableWriteProvisionedThroughputExceeded",
        "TableWriteKeyRangeThroughputExceeded",
    ]


def test_nothing_is_throttled_when_it_is_off(throttled: Client) -> None:
    provisioned(throttled, 1, 1)
    assert accepted(throttled, "PutItem", *puts(throttled, 9)) == 1
    throttled.engine.configure({"throttling": False})
    assert accepted(throttled, "PutItem", *puts(throttled, 9)) == 9
    table = throttled.engine.store.get(throttled.account, "eu-west-1", "orders")
    assert table.buckets == {}
    throttled.engine.configure({"throttling": True})
    assert accepted(throttled, "PutItem", *puts(throttled, 9)) == 1


def test_full_partitions_are_not_kept(throttled: Client, clock: Any) -> None:
    throttled.table("orders")
    table = throttled.engine.store.get(throttled.account, "eu-west-1", "orders")
    for turn in range(3):
        clock.now += 2
        for number in range(8000):
            throttled("GetItem", **get(throttled, turn * 8000 + number))
    assert len(table.buckets) <= 16_000
