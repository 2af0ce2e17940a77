"""Each test of this folder runs in two worlds: on the fakes and on DynamoDB."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from checkout.bootstrap import CLIENT
from tests.contract.worlds import DynamoWorld, FakeWorld, World

PATIENT = Config(read_timeout=60, retries={"mode": "standard", "total_max_attempts": 1})
"""For the first call of an emulator, which takes its time to load."""


@pytest.fixture(scope="session")
def _dynamodb(endpoint: str) -> Iterator[DynamoWorld]:
    """Seven tables with names of their own, created once and deleted at the end."""
    world = DynamoWorld(_client(endpoint, CLIENT), f"contract-{uuid.uuid4().hex[:8]}-")
    world.create(_client(endpoint, PATIENT))
    yield world
    world.delete()


def _client(endpoint: str, config: Config) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config.merge(Config(max_pool_connections=64)),
    )


@pytest.fixture
def dynamodb(_dynamodb: DynamoWorld) -> Iterator[DynamoWorld]:
    """DynamoDB with empty tables."""
    yield _dynamodb
    _dynamodb.empty()


@pytest.fixture(params=["fakes", "dynamodb"])
def world(request: pytest.FixtureRequest) -> World:
    """A world in which nothing is sold and nobody has ordered."""
    if request.param == "fakes":
        return FakeWorld()
    found: DynamoWorld = request.getfixturevalue("dynamodb")
    return found
