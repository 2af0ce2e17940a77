"""DynamoDB tables in this process, for what is better tried on a table than on a fake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto import mock_aws

from lab.core import tables
from lab.core.target import Target

KEYS = {
    "products": ["sku"],
    "inventory": ["sku"],
    "promotions": ["code", "scope"],
    "reservations": ["orderId"],
    "payments": ["paymentId", "entry"],
    "idempotency": ["key"],
    "orders": ["orderId"],
}


@contextmanager
def empty_lab() -> Iterator[Target]:
    """A target whose tables exist and are empty, also where a variable names an emulator."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        target = Target("dev", endpoint=None)
        for name, key in KEYS.items():
            _create(target, name, key)
        yield target


def _create(target: Target, name: str, key: list[str]) -> None:
    kinds = zip(key, ("HASH", "RANGE"), strict=False)
    target.client("dynamodb").create_table(
        TableName=target.table(name),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in key],
        KeySchema=[{"AttributeName": k, "KeyType": kind} for k, kind in kinds],
    )


def table(target: Target, name: str) -> Any:
    """A table as boto3 has it, with plain Python values."""
    return tables.resource(target).Table(target.table(name))
