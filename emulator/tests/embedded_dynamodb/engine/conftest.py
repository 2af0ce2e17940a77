"""An engine with a clock of its own, and what calls it."""

import json
from typing import Any

import pytest

from embedded_dynamodb.engine import Engine

Answer = dict[str, Any]
KINDS = ("HASH", "RANGE")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Refused(Exception):
    """An error's code, message and other fields."""

    def __init__(self, status: int, body: Answer) -> None:
        self.status = status
        self.type = body["__type"]
        self.code = self.type.partition("#")[2]
        self.message = body.get("message", body.get("Message", ""))
        self.body = body
        super().__init__(f"{self.code}: {self.message}")


class Client:
    """Calls operations of an engine."""

    def __init__(self, engine: Engine, account: str = "111111111111") -> None:
        self.engine = engine
        self.account = account

    def __call__(self, operation: str, **parameters: Any) -> Answer:
        body = json.dumps(parameters).encode()
        status, _, answer = self.engine.handle(operation, body, self.account, "eu-west-1")
        read: Answer = json.loads(answer or b"{}")
        if status != 200:
            raise Refused(status, read)
        return read

    def refusal(self, operation: str, **parameters: Any) -> Refused:
        """The error that a call gives: the caller's, never the engine's."""
        with pytest.raises(Refused) as caught:
            self(operation, **parameters)
        assert caught.value.status == 400
        return caught.value

    def table(self, name: str = "orders", key: str = "p", **more: Any) -> str:
        """A table on demand; `key` is "p" or "p s", with types as in "p s:N"."""
        parts = [(part.partition(":")[0], part.partition(":")[2] or "S") for part in key.split()]
        types = dict(parts) | more.pop("types", {})
        self(
            "CreateTable",
            TableName=name,
            KeySchema=[
                {"AttributeName": part, "KeyType": kind}
                for (part, _), kind in zip(parts, KINDS, strict=False)
            ],
            AttributeDefinitions=[
                {"AttributeName": part, "AttributeType": kind} for part, kind in types.items()
            ],
            **({"BillingMode": "PAY_PER_REQUEST"} | more),
        )
        return name

    def put(self, table: str, **attributes: Any) -> None:
        """Puts an item: texts are S, numbers N."""
        self("PutItem", TableName=table, Item=self.item(**attributes))

    def get(self, table: str, **key: Any) -> Answer | None:
        """The item, or None."""
        return self("GetItem", TableName=table, Key=self.item(**key)).get("Item")

    def item(self, **attributes: Any) -> Answer:
        """An item: texts become S, numbers N, what is a value already stays."""
        return {name: self.value(value) for name, value in attributes.items()}

    def values(self, **values: Any) -> Answer:
        """ExpressionAttributeValues: their names without the colon."""
        return {f":{name}": self.value(value) for name, value in values.items()}

    def value(self, value: Any) -> Answer:
        """One value."""
        if isinstance(value, dict):
            return value
        return {"S": value} if isinstance(value, str) else {"N": str(value)}

    def index(
        self, name: str, *keys: str, projection: str = "ALL", others: list[str] | None = None
    ) -> Answer:
        """A secondary index."""
        wanted: Answer = {"ProjectionType": projection}
        if others:
            wanted["NonKeyAttributes"] = others
        return {
            "IndexName": name,
            "KeySchema": [
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, KINDS, strict=False)
            ],
            "Projection": wanted,
        }

    def all(self, operation: str, **parameters: Any) -> list[Answer]:
        """The items of all pages."""
        items: list[Answer] = []
        start: Answer = {}
        for _ in range(200):
            page = self(operation, **parameters, **start)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        raise AssertionError("There is no last page")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(clock: Clock) -> Engine:
    return Engine(clock=clock, seed=7)


@pytest.fixture
def client(engine: Engine) -> Client:
    return Client(engine)


@pytest.fixture
def changes(engine: Engine) -> list[Any]:
    """Every change, in order."""
    seen: list[Any] = []
    engine.on_change.append(seen.append)
    return seen


@pytest.fixture
def reports(engine: Engine) -> list[Any]:
    """A report of every request."""
    seen: list[Any] = []
    engine.on_request.append(seen.append)
    return seen


@pytest.fixture
def throttled(client: Client) -> Client:
    """A client of an engine that throttles."""
    client.engine.configure({"throttling": True})
    return client


NUMBERS = [
    "-1e125",
    "-12.5",
    "-12",
    "-1.5",
    "-1",
    "-1e-130",
    "0",
    "1e-130",
    "0.5",
    "1",
    "1.5",
    "2",
    "10",
    "12",
    "12.5",
    "100",
    "9.99e125",
]


@pytest.fixture
def numbers(client: Client) -> str:
    table = client.table("numbers", "p s:N")
    for number in sorted(NUMBERS):
        client("PutItem", TableName=table, Item={"p": {"S": "a"}, "s": {"N": number}})
    client.put(table, p="b", s=1)
    return table
