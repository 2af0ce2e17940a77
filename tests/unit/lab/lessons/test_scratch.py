from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from lab.lessons import scratch

TEAS = [
    {"sku": "OOLONG", "category": "tea", "price": 1850},
    {"sku": "CHAMOMILE", "category": "tea", "price": 899},
    {"sku": "MUG", "category": "tableware", "price": 500},
]


@dataclass
class FakeTable:
    """Keeps items by SKU, and gives those of an index in the order of its range key."""

    items: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @contextmanager
    def batch_writer(self) -> Iterator[Self]:
        yield self

    def put_item(self, Item: Mapping[str, Any]) -> None:  # noqa: N803 - boto3's name
        self.items[Item["sku"]] = Item

    def query(self, **asked: Any) -> dict[str, Any]:
        listing, start = asked["ExpressionAttributeValues"].values()
        found = [i for i in self.items.values() if i["listing"] == listing]
        found = [i for i in found if i["listingKey"].startswith(start)]
        return {"Items": sorted(found, key=lambda i: i["listingKey"])}


def window(key_of: Any) -> list[str]:
    return [item["sku"] for item in scratch.window(FakeTable(), key_of, TEAS, "tea")]


def test_a_window_shows_one_category_in_the_order_of_the_key() -> None:
    padded = window(lambda p: f"{p['category']}#{p['price']:08d}#{p['sku']}")
    assert padded == ["CHAMOMILE", "OOLONG"]


def test_prices_without_zeros_in_front_come_in_the_order_of_text() -> None:
    assert window(lambda p: f"{p['category']}#{p['price']}") == ["OOLONG", "CHAMOMILE"]


def test_a_second_window_does_not_show_what_the_first_one_had() -> None:
    table = FakeTable()
    scratch.window(table, lambda p: f"tea#{p['sku']}", TEAS, "tea")
    assert len(scratch.window(table, lambda p: f"tea#{p['sku']}", TEAS[:1], "tea")) == 1


class FakeDynamoDB:
    """Describes one table with an index."""

    def describe_table(self, **_asked: Any) -> dict[str, Any]:
        keys = [{"AttributeName": "listing"}, {"AttributeName": "listingKey"}]
        index = {"IndexName": "listing", "KeySchema": keys}
        schema = [{"AttributeName": "sku"}]
        return {"Table": {"KeySchema": schema, "GlobalSecondaryIndexes": [index]}}


def test_the_keys_of_a_table_are_told_in_words() -> None:
    assert scratch.keys_of(FakeDynamoDB(), "products-dev") == {
        "table": "products-dev",
        "key": "sku",
        "indexes": "listing: listing, then listingKey",
    }
