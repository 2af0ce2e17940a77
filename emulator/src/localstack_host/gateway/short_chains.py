"""Which of LocalStack's handlers a request does not need, and why.

A request whose operation is in a header passes half of the chain's handlers to no effect, and a
call of LocalStack to itself even more. Here those are left out. All others are the chain's own
objects, in its order: what is added to the chain later is called, unless it is listed here with a
reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack_host.localstack_api import chain_handlers

NO_METRICS = "collects nothing unless LOCALSTACK_INTERNAL_TEST_COLLECT_METRIC is set"
PAGES_ONLY = "is for the pages below /_localstack and /_aws"
SIGNED_IN_A_HEADER = "the request is signed in a header"
# For a POST to / or to a function's invocations, whose headers have a signature of version 4, and
# not Origin, Referer or Content-Encoding.
FOR_NAMED_OPERATIONS = {
    "MetricHandler.create_metric_handler_item": NO_METRICS,
    "MetricHandler.record_parsed_request": NO_METRICS,
    "MetricHandler.update_metric_collection": NO_METRICS,
    "ServiceLoaderForDataPlane": "is for host names of functions and websites",
    "preprocess_request": "has only S3's handler, for requests of browsers",
    "enforce_cors": "there is no Origin and no Referer",
    "add_cors_response_headers": "there is no Origin",
    "content_decoder": "there is no Content-Encoding",
    "validate_request_schema": PAGES_ONLY,
    "validate_response_schema": PAGES_ONLY,
    "serve_localstack_resources": PAGES_ONLY,
    "serve_edge_router_rules": "the router has pages and host names, and no operations",
    "parse_pre_signed_url_request": SIGNED_IN_A_HEADER,
    "count_service_request": "counts nothing, as DISABLE_EVENTS is set",
    "set_close_connection_header": "is for hypercorn",
}
PARTS = frozenset({"S3CorsHandler"})  # of those handlers, if they have any
# The handlers to which others can be added while the emulator runs.
COMPOSED = (
    "preprocess_request",
    "serve_custom_service_request_handlers",
    "modify_service_response",
    "run_custom_response_handlers",
    "run_custom_finalizers",
)
# For a call of LocalStack to itself, whose context has everything that these find out.
FOR_INTERNAL_CALLS = FOR_NAMED_OPERATIONS | {
    "add_internal_request_params": "they are in the context",
    "parse_service_name": "the client has the service",
    "inject_auth_header_if_missing": "the call has the client's credentials",
    "add_region_from_header": "the client has the region",
    "rewrite_region": "the region exists",
    "add_account_id": "the account is that of the access key",
    "parse_service_request": "the parameters are in the context",
    "parse_service_response": "the response is in the context",
    "ServiceRequestRouter": "the provider is called without one",
    "EmptyResponseHandler": "the provider has responded",
    "log_response": "internal calls are not in the log",
}


@dataclass(frozen=True)
class Chain:
    """The handlers of one class of requests, in the order of the whole chain."""

    requests: list[Any]
    responses: list[Any]
    finalizers: list[Any]
    exceptions: list[Any]


def chain(gateway: Any, left_out: Mapping[str, str]) -> Chain:
    """The handlers of a gateway (LocalStack's), without those that are listed in `left_out`."""
    return Chain(
        _needed(gateway.request_handlers, left_out),
        _needed(gateway.response_handlers, left_out),
        _needed(gateway.finalizers, left_out),
        list(gateway.exception_handlers),
    )


def _needed(handlers: Iterable[Any], left_out: Mapping[str, str]) -> list[Any]:
    return [
        handler
        for handler in handlers
        if name_of(handler) not in left_out or not PARTS.issuperset(_parts(handler))
    ]


def _parts(handler: Any) -> Iterable[str]:
    """The classes of the handlers to which others can be added."""
    return [type(part).__name__ for part in parts_of(handler)]


def parts_of(handler: Any) -> list[Any]:
    """The handlers of which a handler is composed."""
    parts = getattr(handler, "handlers", ())
    return parts if isinstance(parts, list) else []


def name_of(handler: Any) -> str:
    """A handler's name in LocalStack's module of handlers, or that of its class or method."""
    for name, value in chain_handlers().items():
        if value is handler:
            return name
    return getattr(handler, "__qualname__", type(handler).__name__)


def number_of_handlers(gateway: Any) -> tuple[int, ...]:
    """Changes when a handler is added to the chain."""
    handlers = chain_handlers()
    return (
        len(gateway.request_handlers),
        len(gateway.response_handlers),
        len(gateway.finalizers),
        len(gateway.exception_handlers),
        *[len(handlers[name].handlers) for name in COMPOSED],
    )
