"""The DynamoDB tables of a target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from lab.core.errors import LabError
from lab.core.target import Target


def resource(target: Target) -> Any:
    """A boto3 DynamoDB resource, with plain Python values and Decimal numbers."""
    return target.resource("dynamodb")


def require(target: Target, *names: str) -> None:
    """Raises LabError unless all these tables exist."""
    client = target.client("dynamodb")
    for name in names:
        table = target.table(name)
        with _explained(target, table):
            client.describe_table(TableName=table)


@contextmanager
def _explained(target: Target, table: str) -> Iterator[None]:
    try:
        yield
    except EndpointConnectionError as error:
        raise LabError(
            f"Nothing answers at {target.place}.", "Start the emulator: `lab up`."
        ) from error
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        hint = f"Run `lab deploy {target.environment}` first."
        raise LabError(f"There is no table {table} at {target.place}.", hint) from error
