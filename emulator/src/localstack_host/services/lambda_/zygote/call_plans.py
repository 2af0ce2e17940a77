"""Which calls of AWS's clients are ordinary, and how those of one client for an operation are made.

A call is ordinary if botocore alone would handle it, in the way in which it handles most: a POST of
JSON to the emulator's endpoint for functions, signed with keys that do not expire, with no handler
of an event that is not reviewed here, and with no method that somebody has replaced.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from localstack_host.services.lambda_.zygote.direct_connections import Place
from localstack_host.services.lambda_.zygote.shapes import Check, Checks, Read, Reads
from localstack_host.services.lambda_.zygote.signed_messages import Pattern, pattern_of

REVIEWED: Mapping[str, frozenset[str]] = {
    "provide-client-params": frozenset({"boto3.dynamodb.transform.copy_dynamodb_params"}),
    "before-parameter-build": frozenset(
        {
            "botocore.handlers.generate_idempotent_uuid",
            "botocore.handlers._handle_request_validation_mode_member",
            "botocore.discovery.block_endpoint_discovery_required_operations",
            "boto3.dynamodb.transform.TransformationInjector.inject_condition_expressions",
            "boto3.dynamodb.transform.TransformationInjector.inject_attribute_value_input",
        }
    ),
    "before-endpoint-resolution": frozenset(),
    "before-call": frozenset(
        {
            "botocore.handlers.add_recursion_detection_header",
            "botocore.handlers.inject_api_version_header_if_needed",
        }
    ),
    "request-created": frozenset(
        {
            "botocore.signers.RequestSigner.handler",
            "botocore.useragent.UserAgentString.rebuild_and_replace_user_agent_handler",
            "botocore.handlers.add_retry_headers",
            "aws_lambda_powertools.shared.user_agent"
            "._create_feature_function.<locals>.add_powertools_feature",
        }
    ),
    "choose-signer": frozenset(
        {
            "botocore.handlers.set_operation_specific_signer",
            "botocore.handlers._set_auth_scheme_preference_signer",
        }
    ),
    "before-sign": frozenset(),
    "before-send": frozenset(),
    "response-received": frozenset(),
    "before-parse": frozenset(),
    "needs-retry": frozenset(
        {
            "botocore.retryhandler.RetryHandler",
            "botocore.retries.standard.RetryHandler.needs_retry",
        }
    ),
    "after-call": frozenset(
        {
            "botocore.handlers._handle_sqs_compatible_error",
            "botocore.retries.standard.RetryQuotaChecker.release_retry_quota",
            "boto3.dynamodb.transform.TransformationInjector.inject_attribute_value_output",
        }
    ),
}
"""The events of a call that succeeds, and their handlers that are taken into account here.

`after-call-error` is missing: what fails is handed to botocore.
"""

SILENT = ("botocore.handlers.", "botocore.discovery.")
"""Handlers of parameters that do nothing for ordinary operations, but for idempotency tokens."""

LOOPBACK = ("127.0.0.1", "localhost")
LOGGERS = tuple(
    logging.getLogger(name)
    for name in (
        *("botocore.auth", "botocore.client", "botocore.endpoint", "botocore.handlers"),
        *("botocore.hooks", "botocore.httpsession", "botocore.parsers", "botocore.regions"),
        *("botocore.retries.standard", "botocore.retryhandler", "urllib3.connectionpool"),
    )
)
"""What would write a message about such a call, at the level DEBUG."""
SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
"""botocore's default; others are set by `tcp_keepalive`."""


@dataclass(frozen=True)
class Parts:
    """The attributes of what is involved in a client's calls, as they were."""

    attributes: tuple[tuple[dict[str, Any], dict[str, Any]], ...]

    @property
    def are_unchanged(self) -> bool:
        """Whether nothing has been replaced, and no handler of an event added or removed."""
        return all(current == known for current, known in self.attributes)


@dataclass(frozen=True)
class Plan:
    """How the calls of one client for one operation are made.

    `varying` are the parameters that may change the endpoint. `patterns` has those of the requests,
    by what changes the User-Agent header.
    """

    operation: Any
    url: str
    place: Place
    parser: Any
    varying: frozenset[str]
    emits_parameters: bool
    after: tuple[Callable[..., Any], ...]
    check: Check | None
    read: Read | None
    patterns: dict[Any, Pattern | None] = field(default_factory=dict)


def involved() -> list[tuple[Any, str]]:
    """What has its work done here, or would see the call, and may be replaced by somebody."""
    import http.client

    from botocore import auth, client, endpoint, hooks, parsers, serialize, validate
    from botocore.awsrequest import AWSConnection, AWSHTTPConnectionPool
    from botocore.httpsession import URLLib3Session
    from botocore.regions import EndpointRulesetResolver
    from botocore.signers import RequestSigner
    from botocore.useragent import UserAgentString
    from urllib3.connectionpool import HTTPConnectionPool

    methods: list[tuple[Any, str]] = [
        (client.BaseClient, "_make_request _convert_to_request_dict _emit_api_params"),
        (client.BaseClient, "_resolve_endpoint_ruleset"),
        (client, "prepare_request_dict resolve_checksum_context maybe_compress_request"),
        (client, "apply_request_checksum"),
        (endpoint.Endpoint, "make_request _send _send_request _get_response _do_get_response"),
        (endpoint.Endpoint, "create_request prepare_request _update_retries_context _needs_retry"),
        (endpoint, "convert_to_response_dict create_request_object"),
        (EndpointRulesetResolver, "construct_endpoint"),
        (RequestSigner, "handler sign get_auth_instance"),
        (auth.SigV4Auth, "add_auth signature canonical_request"),
        (auth, "get_current_datetime"),
        (validate.ParamValidationDecorator, "serialize_to_request"),
        (validate.ParamValidator, "validate"),
        (serialize.JSONSerializer, "serialize_to_request"),
        (parsers.ResponseParser, "parse"),
        (parsers.JSONParser, "_do_parse"),
        (UserAgentString, "to_string"),
        (hooks.HierarchicalEmitter, "emit _emit emit_until_response"),
        (hooks.EventAliaser, "emit emit_until_response"),
        (http.client.HTTPConnection, "request send connect debuglevel"),
        (socket, "socket create_connection"),
        (AWSConnection, "request send"),
        (AWSHTTPConnectionPool, "ConnectionCls"),
        (HTTPConnectionPool, "urlopen"),
        (URLLib3Session, "send"),
    ]
    return [(owner, name) for owner, names in methods for name in names.split()]


def parts_of(client: Any) -> Parts:
    """What is involved in the client's calls, and may be replaced by somebody."""
    found = [vars(one) for one in _involved(client) if hasattr(one, "__dict__")]
    return Parts(tuple((one, dict(one)) for one in found))


def plan_of(client: Any, name: str) -> Plan | None:
    """The plan, or None if something about the client or the operation is unusual."""
    operation = client._service_model.operation_model(name)
    endpoint, signer = client._endpoint, client._request_signer
    if not _has_usual_parts(client) or not _is_plain(operation):
        return None
    if any(map(_has_method, _involved(client))):
        return None
    url = client.meta.endpoint_url
    place = _place(url, endpoint.http_session)
    handlers = {event: _handlers(client, event, operation) for event in REVIEWED}
    if place is None or not all(map(_are_reviewed, handlers.items())):
        return None
    if signer.handler not in handlers["request-created"]:
        return None
    varying = _varying(client, operation)
    if varying is None:
        return None
    given = (*handlers["provide-client-params"], *handlers["before-parameter-build"])
    parser = endpoint._response_parser_factory.create_parser("json")
    return Plan(
        operation=operation,
        url=url,
        place=place,
        parser=parser,
        varying=varying,
        emits_parameters=not all(_name(each).startswith(SILENT) for each in given),
        after=tuple(handlers["after-call"]),
        check=_check(client, operation),
        read=Reads(parser).of(operation.output_shape) if operation.output_shape else None,
    )


def pattern_for(client: Any, plan: Plan, parameters: dict[str, Any]) -> Pattern | None:
    """The pattern of the plan's requests in the present context, after one that botocore makes."""
    operation, endpoint = plan.operation, client._endpoint
    context = {
        "client_region": client.meta.region_name,
        "client_config": client.meta.config,
        "has_streaming_input": False,
        "auth_type": operation.resolved_auth_type,
        "unsigned_payload": operation.unsigned_payload,
        "auth_options": client._service_model.metadata.get("auth"),
    }
    url, headers, properties = client._resolve_endpoint_ruleset(operation, parameters, context)
    if properties or url != plan.url:
        return None
    request_dict = client._convert_to_request_dict(parameters, operation, url, context, headers)
    endpoint._update_retries_context(context, 1)
    request = endpoint.create_request(request_dict, operation)
    credentials = client._request_signer._credentials.get_frozen_credentials()
    if request.method != "POST" or request.url != f"{plan.url.rstrip('/')}/":
        return None
    return pattern_of(request, f"{plan.place.host}:{plan.place.port}", credentials)


def _has_usual_parts(client: Any) -> bool:
    """Whether these are of botocore's own classes, and not of others that extend them."""
    from botocore.credentials import Credentials
    from botocore.endpoint import Endpoint
    from botocore.hooks import EventAliaser, HierarchicalEmitter
    from botocore.httpsession import URLLib3Session
    from botocore.regions import EndpointRulesetResolver
    from botocore.serialize import JSONSerializer
    from botocore.signers import RequestSigner
    from botocore.useragent import UserAgentString
    from botocore.validate import ParamValidationDecorator, ParamValidator

    endpoint, signer, events = client._endpoint, client._request_signer, client.meta.events
    serializer = client._serializer
    validator = getattr(serializer, "_param_validator", None)
    if type(serializer) is ParamValidationDecorator:
        serializer = vars(serializer)["_serializer"]
    parts = {
        Endpoint: endpoint,
        URLLib3Session: endpoint.http_session,
        RequestSigner: signer,
        Credentials: getattr(signer, "_credentials", None),
        EndpointRulesetResolver: client._ruleset_resolver,
        UserAgentString: client._user_agent_creator,
        JSONSerializer: serializer,
        EventAliaser: events,
        HierarchicalEmitter: getattr(events, "_emitter", None),
    }
    return (
        all(type(part) is usual for usual, part in parts.items())
        and type(validator) in (ParamValidator, type(None))
        and getattr(endpoint._event_emitter, "_emitter", None) is events._emitter
    )


def _involved(client: Any) -> tuple[Any, ...]:
    """An emitter's cache is replaced when a handler is added or removed."""
    endpoint, events, signer = client._endpoint, client.meta.events, client._request_signer
    return (
        *(client, client.meta, client.meta.config, client._user_agent_creator),
        *(endpoint, endpoint.http_session, endpoint._response_parser_factory),
        *(signer, client._ruleset_resolver, client._serializer),
        *(events, getattr(events, "_emitter", None), endpoint._event_emitter),
    )


def _has_method(one: Any) -> bool:
    """Whether it has a method of its own, as `unittest.mock` replaces one."""
    return any(callable(getattr(type(one), name, None)) for name in vars(one))


def _place(url: str, session: Any) -> Place | None:
    """The place of the emulator's endpoint for functions; None for any other."""
    from urllib3.util import Timeout

    parts, timeout = urlsplit(url), session._timeout
    if (
        url.rstrip("/") != os.environ.get("AWS_ENDPOINT_URL")
        or [*map(tuple, session._socket_options)] != SOCKET_OPTIONS
        or session._proxy_config.proxy_url_for(url)
    ):
        return None
    if parts.scheme != "http" or parts.netloc != f"{parts.hostname}:{parts.port}":
        return None
    if parts.hostname not in LOOPBACK or not parts.port:
        return None
    times = (timeout._connect, timeout._read) if isinstance(timeout, Timeout) else (timeout,) * 2
    if any(not isinstance(one, int | float | None) for one in times):
        return None
    return Place(parts.hostname, parts.port, *times)


def _is_plain(operation: Any) -> bool:
    """Whether the operation is a POST of JSON, with nothing but JSON in the response."""
    return bool(
        operation.service_model.resolved_protocol == "json"
        and operation.http.get("method", "POST") == "POST"
        and not operation.has_streaming_input
        and not operation.has_streaming_output
        and not operation.has_event_stream_input
        and not operation.has_event_stream_output
        and not operation.http_checksum
        and not operation.http_checksum_required
        and not operation.request_compression
        and not operation.endpoint
        and not operation.is_endpoint_discovery_operation
        and not (operation.endpoint_discovery or {}).get("required")
        and not operation.unsigned_payload
        and "name" not in operation.metadata.get("endpoint", {})
    )


def _handlers(client: Any, event: str, operation: Any) -> list[Any]:
    service = operation.service_model.service_id.hyphenize()
    trie = client.meta.events._emitter._handlers
    return list(trie.prefix_search(f"{event}.{service}.{operation.name}"))


def _are_reviewed(item: tuple[str, Iterable[Any]]) -> bool:
    event, handlers = item
    return all(_name(each) in REVIEWED[event] for each in handlers)


def _name(handler: Any) -> str:
    """The full name of a function or a method, or of the class of another object."""
    named = handler if hasattr(handler, "__qualname__") else type(handler)
    return f"{named.__module__}.{named.__qualname__}"


def _check(client: Any, operation: Any) -> Check | None:
    """None if the client does not validate parameters, or the operation has none."""
    validates = hasattr(client._serializer, "_param_validator")
    return Checks().of(operation.input_shape) if validates and operation.input_shape else None


def _varying(client: Any, operation: Any) -> frozenset[str] | None:
    """The operation's parameters that may change the endpoint; None if it cannot be said."""
    found = operation.operation_context_parameters
    members = {each.name: each.member_name for each in operation.context_parameters}
    rules = client._ruleset_resolver._provider.ruleset.rules
    if _ignore(rules, {*members, *found}):
        return frozenset()
    return None if found else frozenset(members.values())


def _ignore(rules: Iterable[Any], names: Iterable[str]) -> bool:
    """Whether rules do not read these parameters where the client has an endpoint of its own."""
    for rule in rules:
        if any(name in _text(rule) for name in names):
            return False
        if rule.conditions == [{"fn": "isSet", "argv": [{"ref": "Endpoint"}]}]:
            last = getattr(rule, "rules", [rule])[-1]
            return hasattr(last, "endpoint") and (last is rule or not last.conditions)
    return False


def _text(rule: Any) -> str:
    """Everything that a rule reads."""
    own = [value for name, value in vars(rule).items() if name not in ("rules", "documentation")]
    return repr(own) + "".join(_text(each) for each in getattr(rule, "rules", ()))
