"""Parts of table definitions that tests of CreateTable and UpdateTable share."""

INVALID = "One or more parameter values were invalid: "
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}


def keys(*names: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(names, ("HASH", "RANGE", "RANGE"), strict=False)
    ]


def types(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


MANY = [
    {"IndexName": f"index{n}", "KeySchema": keys("p"), "Projection": {"ProjectionType": "ALL"}}
    for n in range(21)
]
LOCAL = [
    {"IndexName": f"index{n}", "KeySchema": keys("p", "s"), "Projection": {"ProjectionType": "ALL"}}
    for n in range(6)
]
