"""Answers usual requests for items of tables before LocalStack's chain of handlers.

An order makes eighteen of them. The chain, its request and its response cost four times what the
engine does. Here a request that `named_operations` knows goes from the connection to the check of
permissions and to the engine.

Whatever is unusual passes the chain: the first request of a caller, one that is malformed or not
allowed, all while calls are recorded, and all if the chain has a handler that is not in TAKEN_OVER.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from localstack.runtime import events
from werkzeug.datastructures import EnvironHeaders

from embedded_dynamodb.engine import Answer
from embedded_dynamodb.errors import DynamoDBError
from localstack_host.gateway import named_operations, request_log, short_chains
from localstack_host.gateway.call_recorder import Calls
from localstack_host.gateway.malformed_requests import require_possible
from localstack_host.gateway.named_operations import Identity
from localstack_host.gateway.short_chains import name_of
from localstack_host.localstack_api import ServiceException, chain_handlers
from localstack_host.server.known_heads import once
from localstack_host.server.wsgi import Application, Environment
from localstack_host.services.dynamodb.provider import engine
from localstack_host.services.iam.handler import PermissionCheck
from localstack_host.services.iam.policies import MalformedPolicy
from localstack_host.services.iam.required_permissions import NotUnderstood

SERVICE = "dynamodb"
TARGETS = {
    f"DynamoDB_20120810.{name}": name
    for name in (
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    )
}
HERE = "is done here"
NO_EFFECT = "does nothing for these operations"
# The handlers of the chain for named operations, and why these requests need not pass them.
TAKEN_OVER = {
    **dict.fromkeys(named_operations.IDENTIFYING, "its results are remembered"),
    "add_internal_request_params": "there is no internal header",
    "handle_runtime_shutdown": HERE,
    "parse_trace_context": NO_EFFECT,
    "parse_service_request": HERE,
    "serve_custom_service_request_handlers": HERE,
    "ServiceLoader": "the service has answered the first request",
    "ServiceRequestRouter": HERE,
    "EmptyResponseHandler": "the engine always answers",
    "modify_service_response": "is asked whether it has anything for the service",
    "parse_service_response": "nobody reads the response",
    "run_custom_response_handlers": HERE,
    "log_response": HERE,
    "run_custom_finalizers": "has no parts",
}
PARTS_TAKEN_OVER = {
    "PermissionCheck.handle": HERE,
    "ResponseMetadataEnricher": HERE,
    "Calls.note": "the chain is passed while calls are recorded",
    "s3_cors_request_handler": "is for S3",
}
MARK = ("x-localstack", "true")


class ItemRequest:
    """A request, with what the check of permissions reads of LocalStack's context."""

    internal_request_params = None
    is_internal_call = False
    protocol = "json"

    def __init__(self, environment: Environment, identity: Identity, operation: str) -> None:
        self.environ = environment
        self.headers = EnvironHeaders(environment)
        self.remote_addr = environment.get("REMOTE_ADDR")
        self.args: dict[str, str] = {}
        self.service = identity.service
        self.operation = identity.service.operation_model(operation)
        self.region, self.partition = identity.region, identity.partition
        self.account_id = identity.account_id
        self.service_request: dict[str, Any] = {}

    @property
    def request(self) -> ItemRequest:
        """The request itself, as of a context; an attribute would be a cycle, and garbage."""
        return self


class ItemRequests:
    """A WSGI application that answers these requests, and passes all others to another one."""

    def __init__(self, application: Application, gateway: Any) -> None:
        self._application = application
        self._gateway = gateway
        self._operations = named_operations.of_gateway(gateway)
        self._looked: tuple[tuple[int, ...], bool] | None = None
        self._permissions: PermissionCheck | None = None
        self._calls: Calls | None = None

    def __call__(self, environment: Environment, start: Any) -> Iterable[bytes]:
        """Answers a request."""
        answer = self._answer(environment)
        if answer is None:
            return self._application(environment, start)
        length = ("Content-Length", str(len(answer.body)))
        status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        start(status, [*answer.headers.items(), length, MARK])
        return [answer.body]

    def _answer(self, environment: Environment) -> Answer | None:
        """The answer to a usual request; None for any other."""
        request = self._usual(environment)
        if request is None:
            return None
        operation = request.operation.name
        body = environment["wsgi.input"]
        try:
            request.service_request = engine().read(operation, body.read())
            require_possible(request)
            if self._permissions and not self._permissions.allows(request):
                return None
        except (DynamoDBError, ServiceException, NotUnderstood, MalformedPolicy):
            return None  # the chain renders what is wrong
        finally:
            body.seek(0)
        answer = engine().run(
            operation, request.service_request, request.account_id, request.region
        )
        request_log.note(SERVICE, operation, answer.status, _code(answer))
        return answer

    def _usual(self, environment: Environment) -> ItemRequest | None:
        target = environment.get("HTTP_X_AMZ_TARGET")
        if target not in TARGETS or not self._takes_over():
            return None
        key = once(_key, environment)
        identity = self._operations.identity(key) if key else None
        if identity is None or identity.service.service_name != SERVICE:
            return None
        return ItemRequest(environment, identity, TARGETS[target])

    def _takes_over(self) -> bool:
        """Whether all handlers are known, and none of them has to see the requests now."""
        number = short_chains.number_of_handlers(self._gateway)
        if self._looked is None or self._looked[0] != number:
            self._looked = number, self._look()
        recording = self._calls is not None and self._calls.is_recording
        return self._looked[1] and not recording and not events.infra_stopping.is_set()

    def _look(self) -> bool:
        """Finds the parts of the chain that are asked here."""
        chain = short_chains.chain(self._gateway, short_chains.FOR_NAMED_OPERATIONS)
        handlers = [*chain.requests, *chain.responses, *chain.finalizers]
        parts = [part for handler in handlers for part in short_chains.parts_of(handler)]
        owners = [getattr(part, "__self__", None) for part in parts]
        self._permissions = next((o for o in owners if isinstance(o, PermissionCheck)), None)
        self._calls = next((o for o in owners if isinstance(o, Calls)), None)
        known = TAKEN_OVER.keys() >= {name_of(handler) for handler in handlers}
        modified = chain_handlers()["modify_service_response"].handlers.get(SERVICE)
        return known and not modified and PARTS_TAKEN_OVER.keys() >= set(map(name_of, parts))


def _key(environment: Environment) -> named_operations.Key | None:
    sent = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in environment["rolo.headers"]]
    return named_operations.key_in(environment, sent)


def _code(answer: Answer) -> str:
    """The code of an error, as the log has it."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return ""
    return str(json.loads(answer.body)["__type"]).rpartition("#")[2]
