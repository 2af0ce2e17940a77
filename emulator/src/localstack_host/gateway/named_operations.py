"""A shorter chain of handlers for the usual requests of SDKs.

These name their operation in a header, or invoke a function.

Five of LocalStack's handlers find out again for each request of a client what is the same for all
of them: service, protocol, region, partition and account. Here these five are called once for each
credential, host and operation. Permissions, parameters and the operation are never remembered.

A request that is unusual in any way (another method, a query, a header that SDKs do not send, two
headers of a name, another form of the signature) passes the whole chain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localstack_host.gateway import request_log, short_chains
from localstack_host.gateway.short_chains import Chain, name_of
from localstack_host.localstack_api import RequestContext

REMEMBERED = 4096
# For each of these handlers, what it sets in a context depends on the four values of a key only.
IDENTIFYING = (
    "parse_service_name",
    "inject_auth_header_if_missing",
    "add_region_from_header",
    "rewrite_region",
    "add_account_id",
)
ACCOUNT_HEADER = "x-moto-account-id"
NEEDED = frozenset({"authorization", "host", "x-amz-date"})
# All headers that AWS's SDKs send with these requests.
USUAL = NEEDED | frozenset(
    {
        "accept",
        "accept-encoding",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "connection",
        "content-length",
        "content-type",
        "user-agent",
        "x-amz-client-context",
        "x-amz-content-sha256",
        "x-amz-invocation-type",
        "x-amz-log-type",
        "x-amz-security-token",
        "x-amz-target",
        "x-amz-user-agent",
        "x-amzn-query-mode",
        "x-amzn-trace-id",
    }
)
TARGET = re.compile(r"\w+\.\w+", re.ASCII)
SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\w+/[0-9]{8}/[a-z0-9-]+/(?!s3/)([a-z0-9-]+)/aws4_request), "
    r"SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}",
    re.ASCII,
)
CONTENT_TYPES = frozenset({"application/x-amz-json-1.0", "application/x-amz-json-1.1"})
INVOCATION = re.compile(
    r"(/2015-03-31/functions/)[\w:%.-]+/invocations(\?Qualifier=[\w$%-]+)?", re.ASCII
)
EVENT_TYPES = frozenset({"", "application/json"})
LAMBDA = "lambda"
PROTOCOLS = ("json", "rest-json")
HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\]|localhost\.localstack\.cloud)(:[0-9]{1,5})?")
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Identity:
    """What the identifying handlers set."""

    service: Any
    protocol: str
    region: str
    partition: str
    account_id: str


def key_of(request: Any) -> Key | None:
    """Operation, credential, content type and host of a usual request; None for any other."""
    return key_in(request.environ, list(request.headers))


def key_in(environment: Mapping[str, Any], sent: Sequence[tuple[str, str]]) -> Key | None:
    """The same, from the variables of WSGI and the headers as they were sent."""
    if environment.get("REQUEST_METHOD") != "POST":
        return None
    headers = {name.lower(): value for name, value in sent}
    if len(headers) != len(sent) or not NEEDED <= headers.keys() <= USUAL:
        return None
    signature = SIGNATURE.fullmatch(headers["authorization"])
    if not signature or not HOST.fullmatch(headers["host"]):
        return None
    operation = _operation(environment.get("RAW_URI", ""), headers, signature[2])
    if operation is None:
        return None
    return operation, signature[1], headers.get("content-type", ""), headers["host"]


def _operation(uri: str, headers: Mapping[str, str], service: str) -> str | None:
    """The operation in the header, or the path of invocations."""
    target, content_type = headers.get("x-amz-target"), headers.get("content-type", "")
    if target is not None:
        is_named = uri == "/" and content_type in CONTENT_TYPES and TARGET.fullmatch(target)
        return target if is_named else None
    invoked = INVOCATION.fullmatch(uri) if service == LAMBDA else None
    return invoked[1] if invoked and content_type in EVENT_TYPES else None


class NamedOperations:
    """Processes the usual requests of one gateway."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway
        self._built: tuple[tuple[int, ...], Chain, Chain] | None = None
        self._identities: dict[Key, Identity] = {}

    def identity(self, key: Key) -> Identity | None:
        """What is remembered of the requests with a key."""
        return self._identities.get(key)

    def process(self, request: Any, response: Any) -> bool:
        """Processes a request, and returns whether it was a usual one."""
        from localstack.aws.chain import HandlerChain

        key = key_of(request)
        if key is None:
            return False
        context = RequestContext(request)
        whole, known = self._chains()
        identity = self._identities.get(key)
        chain = known if identity else whole
        context.identity = identity
        HandlerChain(chain.requests, chain.responses, chain.finalizers, chain.exceptions).handle(
            context, response
        )
        if not identity:
            self._remember(key, context)
        return True

    def _chains(self) -> tuple[Chain, Chain]:
        """The chains for unknown and for known identities."""
        number = short_chains.number_of_handlers(self._gateway)
        if self._built is None or self._built[0] != number:
            whole = short_chains.chain(self._gateway, short_chains.FOR_NAMED_OPERATIONS)
            responses = [_adapted(handler) for handler in whole.responses]
            known = [
                _identify if name_of(handler) == IDENTIFYING[0] else handler
                for handler in whole.requests
                if name_of(handler) not in IDENTIFYING[1:]
            ]
            self._built = (
                number,
                Chain(whole.requests, responses, whole.finalizers, whole.exceptions),
                Chain(known, responses, whole.finalizers, whole.exceptions),
            )
        return self._built[1], self._built[2]

    def _remember(self, key: Key, context: Any) -> None:
        """Remembers an identity if all went well."""
        if context.service_response is None or context.protocol not in PROTOCOLS:
            return
        if key[1] not in context.request.headers["Authorization"]:
            return  # the region does not exist, and was replaced in the header
        if len(self._identities) >= REMEMBERED:
            self._identities.clear()
        self._identities[key] = Identity(
            context.service,
            context.protocol,
            context.region,
            context.partition,
            context.account_id,
        )


def _identify(_chain: Any, context: Any, _response: Any) -> None:
    """Replaces the identifying handlers for a known identity."""
    vars(context).update(vars(context.identity))
    context.request.headers.add(ACCOUNT_HEADER, context.account_id)


def _adapted(handler: Any) -> Any:
    adapt = ADAPTED.get(name_of(handler))
    return adapt(handler) if adapt else handler


def of_gateway(gateway: Any) -> NamedOperations:
    """The usual requests of a gateway."""
    operations: NamedOperations = vars(gateway).setdefault(
        "_named_operations", NamedOperations(gateway)
    )
    return operations


def _unless_known(parse: Any) -> Callable[..., None]:
    """Wraps the parser of responses, which would parse an empty one that is known."""

    def parse_response(chain: Any, context: Any, response: Any) -> None:
        if context.service_response is None:
            parse(chain, context, response)

    return parse_response


def _without_details(log: Any) -> Callable[..., None]:
    """Wraps the logger, which collects details for its trace level, which nobody can switch on."""

    def log_response(chain: Any, context: Any, response: Any) -> None:
        if context.operation is None or context.service_exception or context.is_internal_call:
            log(chain, context, response)
            return
        request_log.note(context.service.service_name, context.operation.name, response.status_code)

    return log_response


ADAPTED = {"log_response": _without_details, "parse_service_response": _unless_known}
