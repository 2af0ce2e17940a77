"""The changes to moto, without a server: their cost, and that they change nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from localstack.aws.api.dynamodb import IdempotentParameterMismatchException
from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from localstack_host.services.dynamodb.client_tokens import KEPT_FOR_S, Replays
from localstack_host.services.dynamodb.point_in_time_recovery import keep_period
from localstack_host.services.dynamodb.queries import query
from localstack_host.services.dynamodb.transactions import transact_write_items

MOTO_QUERY = Table.query

REGION = "us-east-2"


@pytest.fixture
def backend() -> DynamoDBBackend:
    return DynamoDBBackend(REGION, "000000000000")


def fill(backend: DynamoDBBackend, name: str, count: int) -> Table:
    """A table of orders: one partition for each customer of ten, an index by status."""
    backend.create_table(
        name,
        schema=_keys("customer", "order"),
        throughput=None,
        attr=[{"AttributeName": a, "AttributeType": "S"} for a in ("customer", "order", "status")],
        global_indexes=[
            {
                "IndexName": "by-status",
                "KeySchema": _keys("status", "order"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        indexes=None,
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    for number in range(count):
        backend.put_item(name, _order(number))
    return backend.get_table(name)


def test_the_days_of_point_in_time_recovery_are_kept(backend: DynamoDBBackend) -> None:
    fill(backend, "orders", 0)

    wanted = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    keep_period(backend.update_continuous_backups("orders", wanted), wanted)

    described = backend.describe_continuous_backups("orders")["PointInTimeRecoveryDescription"]
    assert described["RecoveryPeriodInDays"] == 7


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def _order(number: int) -> dict[str, Any]:
    status = {} if number % 3 else {"status": {"S": "OPEN"}}
    return _key(number) | {"pieces": {"N": "0"}} | status


def _key(number: int) -> dict[str, Any]:
    return {"customer": {"S": f"c{number % 10}"}, "order": {"S": f"o{number:04}"}}


def _add_ten(table: str, number: int) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": table,
            "Key": _key(number),
            "UpdateExpression": "ADD pieces :ten",
            "ExpressionAttributeValues": {":ten": {"N": "10"}},
        }
    }


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """The items that were copied in full."""
    copied: list[Item] = []

    def note(self: Item, _memo: dict[int, Any]) -> Item:
        copied.append(self)
        return Item(self.hash_key, self.range_key, self.to_json()["Attributes"])

    monkeypatch.setattr(Item, "__deepcopy__", note, raising=False)
    return copied


@pytest.mark.parametrize("size", [20, 400])
def test_a_transaction_copies_the_items_that_it_writes_and_no_others(
    backend: DynamoDBBackend, copies: list[Item], size: int
) -> None:
    fill(backend, "orders", size)
    copies.clear()
    transact_write_items(backend, [_add_ten("orders", 1), _add_ten("orders", 2)])
    assert {item.range_key.value for item in copies if item.range_key} == {"o0001", "o0002"}
    assert len(copies) <= 4  # once for the way back, once by moto's update


def test_a_transaction_that_fails_at_its_last_item_restores_the_first(
    backend: DynamoDBBackend,
) -> None:
    table = fill(backend, "orders", 3)
    broken = _add_ten("orders", 99)
    broken["Update"]["UpdateExpression"] = "SET pieces = nothing + :ten"
    delete = {"Delete": {"TableName": "orders", "Key": _key(2)}}
    before = [item.to_json() for item in table.all_items()]
    with pytest.raises(TransactionCanceledException, match="None, None, ValidationError"):
        transact_write_items(backend, [_add_ten("orders", 1), delete, broken])
    assert [item.to_json() for item in table.all_items()] == before


@pytest.mark.parametrize(
    ("key", "index"), [("c3", None), ("c77", None), ("OPEN", "by-status"), ("DONE", "by-status")]
)
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [2, 100])
def test_a_query_finds_what_motos_own_finds(
    backend: DynamoDBBackend, key: str, index: str | None, forward: bool, limit: int
) -> None:
    table = fill(backend, "orders", 60)
    arguments = (DynamoType({"S": key}), None, [], limit, None, forward, None, index, False, None)
    ours, moto = query(MOTO_QUERY, table, *arguments), MOTO_QUERY(table, *arguments)
    assert [item.to_json() for item in ours[0]] == [item.to_json() for item in moto[0]]
    assert ours[1:] == moto[1:]


def test_a_token_is_forgotten_after_ten_minutes() -> None:
    now = 0.0
    replays = Replays(clock=lambda: now)
    request, other = {"TransactItems": [1]}, {"TransactItems": [2]}
    replays.remember("token", request)
    now = KEPT_FOR_S - 1
    assert replays.is_replay("token", request)
    with pytest.raises(IdempotentParameterMismatchException):
        replays.is_replay("token", other)
    now = KEPT_FOR_S + 1
    assert not replays.is_replay("token", other)
