"""DynamoDB in the emulator's own process, on moto."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from localstack.aws.api.dynamodb import (
    DynamodbApi,
    ResourceNotFoundException,
    TransactWriteItemsInput,
)
from localstack.aws.api.dynamodbstreams import DynamodbstreamsApi
from localstack.aws.skeleton import DispatchTable
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from moto.dynamodb.models import dynamodb_backends

from localstack_host.localstack_api import (
    RequestContext,
    Service,
    ServiceRequest,
    ServiceResponse,
    handler,
)
from localstack_host.services.dynamodb import patches
from localstack_host.services.dynamodb.client_tokens import Replays
from localstack_host.services.dynamodb.expressions import check_expressions
from localstack_host.services.dynamodb.values import check_values

# One lock for all tables: moto's items are plain dictionaries, and the interpreter runs one
# thread at a time anyway. Readers take it too, so that they never see half a transaction.
_LOCK = threading.RLock()


class MotoTables(DynamodbApi):
    """What moto does not do as AWS does; everything else falls through to it."""

    def __init__(self) -> None:
        self._replays = Replays()

    @handler("TagResource")
    def tag_resource(  # type: ignore[override] # plain dictionaries, as moto has them
        self, context: RequestContext, resource_arn: str, tags: list[dict[str, str]], **_: Any
    ) -> None:
        """Moto would keep the old value of a tag beside its new one."""
        for table in dynamodb_backends[context.account_id][context.region].tables.values():
            if table.table_arn == resource_arn:
                merged = {tag["Key"]: tag["Value"] for tag in [*table.tags, *tags]}
                table.tags = [{"Key": key, "Value": value} for key, value in merged.items()]
                return
        raise ResourceNotFoundException(f"Requested resource not found: {resource_arn}")

    @handler("TransactWriteItems", expand=False)
    def transact_write_items(  # type: ignore[override] # `expand=False` changes the signature
        self, context: RequestContext, request: TransactWriteItemsInput
    ) -> ServiceResponse:
        """Does nothing if the same request has been done before (a client's retry)."""
        token = request.get("ClientRequestToken")
        scope = f"{context.account_id}/{context.region}/{token}"
        if token and self._replays.is_replay(scope, request):
            return {}
        answer = call_moto(context)
        if token:
            self._replays.remember(scope, request)
        return answer


class MotoStreams(DynamodbstreamsApi):
    """moto's streams, as they are."""


def tables() -> Service:
    """The service `dynamodb`."""
    patches.apply_patches()
    return Service.for_provider(MotoTables(), dispatch_table_factory=_serialised)


def streams() -> Service:
    """The service `dynamodbstreams`."""
    return Service.for_provider(MotoStreams(), dispatch_table_factory=_serialised)


def _serialised(provider: object) -> DispatchTable:
    table = MotoFallbackDispatcher(provider)
    return {name: _checked(operation) for name, operation in table.items()}


def _checked(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def locked(context: RequestContext, request: ServiceRequest) -> Any:
        check_expressions(request or {})
        check_values(request or {})
        with _LOCK:
            return operation(context, request)

    return locked
