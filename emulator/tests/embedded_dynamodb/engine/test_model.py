"""A plain model of a table against the engine, under generated operations."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from embedded_dynamodb.engine import Engine

PARTITIONS = st.sampled_from(["a", "a\0", "aa", "b", "ä", "😀"])
NUMBERS = st.one_of(
    st.integers(-3, 12).map(str),
    st.sampled_from(["1.5", "-0.5", "1e2", "1E-2", "10.0", "-1e3", "0.0"]),
)
GROUPS = st.sampled_from(["x", "xx", "y", None])
Item = dict[str, Any]


def key(partition: str, number: str) -> Item:
    return {"p": {"S": partition}, "s": {"N": number}}


def place(item: Item) -> tuple[str, Decimal]:
    return item["p"]["S"], Decimal(item["s"]["N"])


def order(item: Item) -> tuple[Decimal, bytes, Decimal]:
    """In an index by group and rank: by rank, then by the table's key."""
    partition, number = place(item)
    return Decimal(item["r"]["N"]), partition.encode(), number


class Table(RuleBasedStateMachine):
    """The engine and a dictionary do the same."""

    @initialize()
    def make(self) -> None:
        self.engine = Engine(clock=lambda: 1_800_000_000.0, seed=3)
        self.model: dict[tuple[str, Decimal], Item] = {}
        self.replayed: dict[tuple[str, Decimal], Item] = {}
        self.engine.on_change.append(self.replay)
        index = {"Projection": {"ProjectionType": "ALL"}}
        names = {"p": "S", "s": "N", "g": "S", "r": "N"}
        self.call(
            "CreateTable",
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=self.keys("p", "s"),
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in names.items()
            ],
            GlobalSecondaryIndexes=[
                {"IndexName": "groups", "KeySchema": self.keys("g", "r"), **index},
                {
                    "IndexName": "names",
                    "KeySchema": self.keys("g"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
            ],
            LocalSecondaryIndexes=[
                {"IndexName": "ranks", "KeySchema": self.keys("p", "r"), **index}
            ],
        )

    def keys(self, *names: str) -> list[Item]:
        return [
            {"AttributeName": name, "KeyType": kind}
            for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
        ]

    def replay(self, change: Any) -> None:
        """What a reader of the changes makes of them; each has the images that it must have."""
        at = place(change.keys)
        old = change.old and change.old.item()
        assert self.replayed.get(at) == old
        if change.new is None:
            del self.replayed[at]
        else:
            assert change.new.item() != old
            self.replayed[at] = change.new.item()

    def call(self, operation: str, **parameters: Any) -> Item:
        status, _, body = self.engine.handle(operation, json.dumps(parameters).encode())
        answer: Item = json.loads(body)
        assert status == 200 or answer["__type"].endswith("#ConditionalCheckFailedException")
        return answer

    @rule(p=PARTITIONS, s=NUMBERS, g=GROUPS, r=st.none() | NUMBERS, v=st.text(max_size=3))
    def put(self, p: str, s: str, g: str | None, r: str | None, v: str) -> None:
        item = key(p, s) | {"v": {"S": v}}
        if g is not None:
            item["g"] = {"S": g}
        if r is not None:
            item["r"] = {"N": r}
        old = self.model.get(place(item))
        answer = self.call("PutItem", TableName="orders", Item=item, ReturnValues="ALL_OLD")
        assert answer.get("Attributes") == old
        self.model[place(item)] = canonical(item)

    @rule(p=PARTITIONS, s=NUMBERS, amount=st.integers(-3, 3))
    def add(self, p: str, s: str, amount: int) -> None:
        target = key(p, s)
        answer = self.call(
            "UpdateItem",
            TableName="orders",
            Key=target,
            UpdateExpression="SET n = if_not_exists(n, :zero) + :n",
            ConditionExpression="attribute_not_exists(n) OR n >= :zero",
            ExpressionAttributeValues={":n": {"N": str(amount)}, ":zero": {"N": "0"}},
            ReturnValues="ALL_NEW",
        )
        old = self.model.get(place(target), canonical(target))
        if "n" in old and int(old["n"]["N"]) < 0:
            assert "Attributes" not in answer
            return
        new = old | {"n": {"N": str(int(old.get("n", {"N": "0"})["N"]) + amount)}}
        assert answer["Attributes"] == new
        self.model[place(target)] = new

    @rule(p=PARTITIONS, s=NUMBERS, g=GROUPS)
    def regroup(self, p: str, s: str, g: str | None) -> None:
        target = key(p, s)
        change: Item = {"UpdateExpression": "REMOVE g"}
        if g is not None:
            change = {
                "UpdateExpression": "SET g = :g",
                "ExpressionAttributeValues": {":g": {"S": g}},
            }
        self.call("UpdateItem", TableName="orders", Key=target, **change)
        if g is None and place(target) not in self.model:
            return  # what only removes makes no item
        new = dict(self.model.get(place(target), canonical(target)))
        new.pop("g", None)
        self.model[place(target)] = new | ({} if g is None else {"g": {"S": g}})

    @rule(p=PARTITIONS, s=NUMBERS)
    def delete(self, p: str, s: str) -> None:
        target = key(p, s)
        answer = self.call("DeleteItem", TableName="orders", Key=target, ReturnValues="ALL_OLD")
        assert answer.get("Attributes") == self.model.pop(place(target), None)

    @rule(p=PARTITIONS, s=NUMBERS)
    def get(self, p: str, s: str) -> None:
        answer = self.call("GetItem", TableName="orders", Key=key(p, s))
        assert answer.get("Item") == self.model.get(place(key(p, s)))

    @rule(one=st.tuples(PARTITIONS, NUMBERS), other=st.tuples(PARTITIONS, NUMBERS))
    def move(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """A transaction that deletes one item and puts another with its attributes."""
        source, target = key(*one), key(*other)
        assume(place(source) != place(target))
        if place(source) not in self.model:
            return
        item = self.model[place(source)] | canonical(target)
        self.call(
            "TransactWriteItems",
            TransactItems=[
                {"Delete": {"TableName": "orders", "Key": source}},
                {"Put": {"TableName": "orders", "Item": item}},
            ],
        )
        del self.model[place(source)]
        self.model[place(target)] = item

    @rule(p=PARTITIONS, low=NUMBERS, high=NUMBERS, forward=st.booleans(), limit=st.integers(1, 4))
    def query(self, p: str, low: str, high: str, forward: bool, limit: int) -> None:
        assume(Decimal(low) <= Decimal(high))
        found = self.pages(
            "Query",
            Limit=limit,
            ScanIndexForward=forward,
            KeyConditionExpression="p = :p AND s BETWEEN :l AND :h",
            ExpressionAttributeValues={":p": {"S": p}, ":l": {"N": low}, ":h": {"N": high}},
        )
        expected = [
            self.model[at]
            for at in sorted(self.model)
            if at[0] == p and Decimal(low) <= at[1] <= Decimal(high)
        ]
        assert found == (expected if forward else expected[::-1])

    @rule(g=st.sampled_from(["x", "xx", "y"]), low=NUMBERS, forward=st.booleans())
    def query_index(self, g: str, low: str, forward: bool) -> None:
        found = self.pages(
            "Query",
            IndexName="groups",
            Limit=2,
            ScanIndexForward=forward,
            KeyConditionExpression="g = :g AND r > :l",
            ExpressionAttributeValues={":g": {"S": g}, ":l": {"N": low}},
        )
        expected = [
            item
            for item in self.model.values()
            if item.get("g") == {"S": g} and "r" in item and Decimal(item["r"]["N"]) > Decimal(low)
        ]
        # Between equal ranks the order is the engine's own, but the same in both directions.
        assert sorted(map(place, found)) == sorted(map(place, expected))
        ranks = [order(item)[0] for item in found]
        assert ranks == sorted(ranks, reverse=not forward)

    @rule(p=PARTITIONS)
    def query_local_index(self, p: str) -> None:
        found = self.pages(
            "Query",
            IndexName="ranks",
            Limit=3,
            KeyConditionExpression="p = :p",
            ExpressionAttributeValues={":p": {"S": p}},
        )
        expected = [item for item in self.model.values() if item["p"]["S"] == p and "r" in item]
        assert found == sorted(expected, key=order)

    @rule(total=st.integers(1, 4), limit=st.integers(1, 5))
    def scan(self, total: int, limit: int) -> None:
        found = [
            item
            for segment in range(total)
            for item in self.pages("Scan", Segment=segment, TotalSegments=total, Limit=limit)
        ]
        assert {place(item): item for item in found} == self.model
        assert len(found) == len(self.model)

    def pages(self, operation: str, **parameters: Any) -> list[Item]:
        items: list[Item] = []
        start: Item = {}
        for _ in range(100):
            page = self.call(operation, TableName="orders", **parameters, **start)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        raise AssertionError("no end")

    @invariant()
    def changes_replay_to_the_table(self) -> None:
        assert self.replayed == self.model

    @invariant()
    def descriptions_count_rightly(self) -> None:
        described = self.call("DescribeTable", TableName="orders")["Table"]
        assert described["ItemCount"] == len(self.model)
        counts = {one["IndexName"]: one["ItemCount"] for one in described["GlobalSecondaryIndexes"]}
        grouped = [item for item in self.model.values() if "g" in item]
        assert counts == {
            "names": len(grouped),
            "groups": sum(1 for item in grouped if "r" in item),
        }
        table = self.engine.store.get("000000000000", "us-east-1", "orders")
        assert table.size == sum(entry.size for entry in table.entries.values())
        for index in table.indexes.values():
            assert index.size == sum(entry.size + 100 for entry in index.entries.values())


def canonical(item: Item) -> Item:
    """The item with its numbers as DynamoDB answers them."""
    return {
        name: {"N": number(value["N"])} if "N" in value else value for name, value in item.items()
    }


def number(text: str) -> str:
    plain = format(Decimal(text).normalize(), "f")
    return "0" if plain == "-0" else plain


TestTable = Table.TestCase
TestTable.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
