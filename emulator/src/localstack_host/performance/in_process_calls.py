"""Calls of LocalStack's services to each other, without the HTTP between them.

LocalStack's own in-memory client still writes an HTTP request, signs it, passes it through the
whole chain of handlers, which parse it, and parses the response that they have written: one to two
milliseconds for each state of a workflow. Here the client's parameters go to the provider as they
are, through the handlers that check and record a request: permissions above all.

Only the operations in OPERATIONS, whose parameters and responses are the same with and without
HTTP. Anything unusual (an unknown parameter, a stream, an error that is retried) is left to
botocore.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.endpoint import convert_to_response_dict
from botocore.response import StreamingBody

from localstack_host.authentication.gate import INTERNAL
from localstack_host.gateway import short_chains
from localstack_host.gateway.malformed_requests import require_possible
from localstack_host.localstack_api import RequestContext, Response
from localstack_host.server.wsgi import variable_of
from localstack_host.state.operations import serving

OPERATIONS = {
    "cloudwatch": frozenset({"PutMetricData"}),
    "events": frozenset({"PutEvents"}),
    "lambda": frozenset({"Invoke"}),
    "logs": frozenset({"PutLogEvents"}),
    "sns": frozenset({"Publish"}),
    "sqs": frozenset({"DeleteMessageBatch", "ReceiveMessage", "SendMessage"}),
}
ALGORITHM = "AWS4-HMAC-SHA256"
PLAIN = (str, int, float, bool, bytes, datetime)
RETRIED = frozenset({429, 500, 502, 503, 504, 509})
TRACE_PARAMETER, TRACE_HEADER = "TraceHeader", "X-Amzn-Trace-Id"
# Parameters that LocalStack adds to an operation's own, and the fields that they set.
ADDED = {"_SourceArn": "source_arn", "_ServicePrincipal": "service_principal"}
Params = dict[str, Any]
Call = Callable[[str, Params], Params]


class Unusual(Exception):
    """A call that is left to botocore."""


class InProcessCalls:
    """The calls of one client. Replaces its `_make_api_call`."""

    def __init__(self, client: Any, gateway: Any) -> None:
        self._client = client
        self._gateway = gateway
        self._original: Call = client._make_api_call
        self._operations = OPERATIONS[client.meta.service_model.service_name]
        self._built: tuple[tuple[int, ...], short_chains.Chain] | None = None
        self._caller = _Caller.of(client)

    def __call__(self, operation_name: str, params: Params) -> Params:
        """Makes a call: returns what botocore's client does, and raises its errors."""
        if operation_name not in self._operations:
            return self._original(operation_name, params)
        operation = self._client.meta.service_model.operation_model(operation_name)
        try:
            context = self._context(operation, params)
        except Unusual:
            return self._original(operation_name, params)
        response = self._serve(context)
        if response.status_code < 300 and context.service_exception is None:
            return _parsed(context)
        if response.status_code in RETRIED and _may_retry(self._client):
            return self._original(operation_name, params)
        raise self._error(context, response)

    def _context(self, operation: Any, params: Params) -> Any:
        """LocalStack's context of the request. Raises Unusual."""
        members = operation.input_shape.members
        passed = {name: _copy(value) for name, value in params.items() if name in members}
        added = {field: params[name] for name, field in ADDED.items() if name in params}
        others = params.keys() - members.keys() - ADDED.keys()
        trace = params[TRACE_PARAMETER].to_header_str() if others == {TRACE_PARAMETER} else ""
        if not trace and (others or not _is_valid(self._client, operation, passed)):
            raise Unusual
        context: Any = RequestContext(self._caller.request(trace))
        context.service, context.operation = operation.service_model, operation
        context.protocol = operation.service_model.resolved_protocol
        context.region, context.partition = self._caller.region, self._caller.partition
        context.account_id = self._caller.account
        context.internal_request_params = added
        context.service_request = _with_streams(operation, passed)
        return context

    def _serve(self, context: Any) -> Any:
        from localstack.aws.chain import HandlerChain

        response = Response()
        chain = self._chain()
        HandlerChain(chain.requests, chain.responses, chain.finalizers, chain.exceptions).handle(
            context, response
        )
        return response

    def _chain(self) -> short_chains.Chain:
        number = short_chains.number_of_handlers(self._gateway)
        if self._built is None or self._built[0] != number:
            chain = short_chains.chain(self._gateway, short_chains.FOR_INTERNAL_CALLS)
            chain.requests.append(self._provide)
            self._built = number, chain
        return self._built[1]

    def _provide(self, chain: Any, context: Any, response: Any) -> None:
        """The last handler: calls the provider."""
        require_possible(context)
        router = self._gateway.service_request_router
        handler = router.handlers.get(context.service_operation)
        if handler is None:
            router(chain, context, response)
            return
        operation = handler.skeleton.dispatch_table[context.operation.name]
        with serving(context):
            context.service_response = operation(context, context.service_request) or {}

    def _error(self, context: Any, response: Any) -> Exception:
        """The client's exception for the response, as its own parser would read it."""
        from localstack.aws.client import _ResponseStream

        operation, endpoint = context.operation, self._client._endpoint
        stream = _ResponseStream(response)
        http = AWSResponse(context.request.url, response.status_code, response.headers, stream)
        received = convert_to_response_dict(http, operation)
        parser = endpoint._response_parser_factory.create_parser(context.protocol)
        parsed = parser.parse(received, operation.output_shape)
        endpoint._add_modeled_error_fields(received, parsed, operation, parser)
        code = parsed.get("Error", {}).get("Code")
        error: Exception = self._client.exceptions.from_code(code)(parsed, context.operation.name)
        return error


class _Caller:
    """The credentials and the region of a client, and what the chain finds out about them."""

    def __init__(self, access_key: str, region: str, service: str, user_agent: str) -> None:
        from localstack.aws.accounts import get_account_id_from_access_key_id
        from localstack.utils.aws.arns import get_partition

        self.region, self.partition = region, get_partition(region)
        self.account = get_account_id_from_access_key_id(access_key)
        scope = f"{access_key}/20000101/{region}/{service}/aws4_request"
        self._headers = {
            "Authorization": f"{ALGORITHM} Credential={scope}, SignedHeaders=host, Signature=0",
            "User-Agent": user_agent,
            "x-moto-account-id": self.account,
        }

    @classmethod
    def of(cls, client: Any) -> _Caller:
        service = client.meta.service_model.signing_name
        key = client._request_signer._credentials.access_key
        return cls(key, client.meta.region_name, service, client.meta.config.user_agent or "")

    @cached_property
    def _first(self) -> Any:
        """A request with the headers that handlers and providers read, which nobody gets."""
        from localstack.http import Request

        request = Request(method="POST", path="/", headers=self._headers)
        request.environ.pop("werkzeug.request", None)  # would be a cycle, and garbage
        request.environ[INTERNAL] = True
        return request

    def request(self, trace: str) -> Any:
        """A new request: a copy of the first one, which takes a fifth of the time to make one."""
        request = object.__new__(type(self._first))
        vars(request).update(vars(self._first))
        request.environ, request.headers = dict(self._first.environ), self._first.headers.copy()
        if trace:
            request.headers[TRACE_HEADER] = trace
            request.environ[variable_of(TRACE_HEADER.encode())] = trace
        return request


def make_in_process(client: Any, gateway: Any) -> None:
    """Replaces the calls of a client that calls this emulator, if some of them can be."""
    from localstack.aws.handlers import rewrite_region

    strategy: Any = rewrite_region.region_rewriter_strategy
    known = strategy.available_regions
    if client.meta.service_model.service_name in OPERATIONS and client.meta.region_name in known:
        client._make_api_call = InProcessCalls(client, gateway)


def _copy(value: Any) -> Any:
    """A copy, which the provider may modify. Raises Unusual for a stream or None."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, dict):
        return {name: _copy(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(part) for part in value]
    raise Unusual


def _is_valid(client: Any, operation: Any, params: Params) -> bool:
    """Whether botocore accepts the parameters, if it is to check them."""
    validator = getattr(client._serializer, "_param_validator", None)
    return not (validator and validator.validate(params, operation.input_shape).has_errors())


def _with_streams(operation: Any, params: Params) -> Params:
    """The parameters with the payload as a stream, as LocalStack's parser returns it."""
    name = operation.input_shape.serialization.get("payload")
    payload = params.get(name)
    if isinstance(payload, str | bytes):
        data = payload.encode() if isinstance(payload, str) else payload
        return params | {name: io.BytesIO(data)}
    return params


def _may_retry(client: Any) -> bool:
    retries = client.meta.config.retries or {}
    return bool(retries.get("total_max_attempts") != 1 and retries.get("max_attempts") != 0)


def _parsed(context: Any) -> Params:
    """The response as botocore's parsers return it."""
    response: Params = _without_none(context.service_response)
    if context.operation.has_streaming_output:
        name = context.operation.output_shape.serialization["payload"]
        body = response.get(name) or b""
        data = body.encode() if isinstance(body, str) else body
        response[name] = StreamingBody(io.BytesIO(data), len(data))
    status = response.get("StatusCode", 200)
    response["ResponseMetadata"] = {
        "RequestId": context.request_id,
        "HTTPStatusCode": status,
        "HTTPHeaders": {"x-amzn-requestid": context.request_id},
        "RetryAttempts": 0,
    }
    return response


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_none(part) for name, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value
