"""botocore's ordinary requests to the emulator, at a fraction of their processor time.

A call of an AWS client takes a millisecond of a processor, of which botocore and urllib3 take six
sevenths from the request that is ready to be signed to the response that is parsed. In functions
that are forked from a zygote this module does that part: it signs, sends on a connection that stays
open, and leaves the parsing to botocore again. Validation, serialization, endpoint rules, parsing,
exceptions and all events before and after are botocore's own.

It is for what is ordinary only, and then for a response with the status 200. Any other response,
and any error, is handed to botocore, as if it had sent the request itself: what to retry is its
choice. Whatever else is unusual (handlers of events, modified methods, other endpoints, protocols,
proxies, debug messages) is left to botocore from the start.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from localstack_host.services.lambda_.zygote.direct_connections import (
    NotConnectedError,
    Place,
    Received,
    exchange,
)

SILENT_EVENTS = ("before-sign", "before-send", "response-received", "before-parse")
"""Events that botocore has no handlers for: somebody else must have added them."""
MODIFIED = frozenset(
    {"_send", "_send_request", "_get_response", "_do_get_response", "create_request"}
    | {"prepare_request", "send", "sign", "handler", "get_auth_instance"}
)
"""Methods that an object has of its own if somebody has replaced them, as `unittest.mock` does."""
LOOPBACK = ("127.0.0.1", "localhost")
LOGGERS = tuple(
    logging.getLogger(name)
    for name in (
        *("botocore.auth", "botocore.endpoint", "botocore.hooks", "botocore.httpsession"),
        *("botocore.parsers", "urllib3.connectionpool"),
    )
)
"""What would write a message about such a request, at the level DEBUG."""
RETRIES = ("botocore.retryhandler", "botocore.retries.standard")
SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
"""botocore's default; others are set by `tcp_keepalive`."""
USER_AGENT = "aws_lambda_powertools.shared.user_agent"
"""Powertools has a handler in each client, which extends the User-Agent header."""


@dataclass(frozen=True)
class Plan:
    """How the requests of one client for one operation are sent."""

    url: str
    place: Place
    session: Any
    signer: Any
    extend: tuple[Callable[..., Any], ...]

    @property
    def host(self) -> str:
        """The Host header."""
        return f"{self.place.host}:{self.place.port}"


class DirectRequests:
    """Plans of all clients, and the methods of botocore that must be its own."""

    def __init__(self) -> None:
        self._plans: WeakKeyDictionary[Any, dict[str, tuple[Any, Plan | None]]]
        self._plans = WeakKeyDictionary()
        self._own = [(owner, name, vars(owner)[name]) for owner, name in involved()]

    def request(self, endpoint: Any, operation: Any, request: dict[str, Any]) -> Any | None:
        """Sends an ordinary request: returns botocore's AWSResponse, or the exception instead.

        Returns None if nothing was sent, because the request is not ordinary.
        """
        plan = self._plan(endpoint, operation, request)
        message = _message(plan, operation, request) if plan else None
        if plan is None or message is None:
            return None
        try:
            return _response(plan.url, exchange(plan.place, message))
        except NotConnectedError:
            return None
        except TimeoutError as error:
            return _exceptions().ReadTimeoutError(endpoint_url=plan.url, error=error)
        except (OSError, ValueError, IndexError) as error:
            return _exceptions().ConnectionClosedError(endpoint_url=plan.url, error=error)

    def _plan(self, endpoint: Any, operation: Any, request: dict[str, Any]) -> Plan | None:
        if any(vars(owner).get(name) is not own for owner, name, own in self._own):
            return None
        if not MODIFIED.isdisjoint(vars(endpoint)):
            return None
        plans = self._plans.setdefault(endpoint, {})
        handlers = _emitter(endpoint)._lookup_cache  # replaced when somebody adds a handler
        known, plan = plans.get(operation.name, (None, None))
        if known is not handlers:
            plan = _plan(endpoint, operation, request)
            plans[operation.name] = (handlers, plan)
        if plan is None or plan.session is not endpoint.http_session:
            return None
        return plan if _is_ordinary(plan, request) else None


def involved() -> list[tuple[Any, str]]:
    """What has its work done here, or would see the request, and may be modified by somebody."""
    import http.client

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSConnection, AWSHTTPConnectionPool
    from botocore.endpoint import Endpoint
    from botocore.httpsession import URLLib3Session
    from botocore.signers import RequestSigner
    from urllib3.connectionpool import HTTPConnectionPool

    return [
        *((Endpoint, name) for name in ("_send", "_send_request", "_get_response")),
        *((Endpoint, name) for name in ("_do_get_response", "create_request", "prepare_request")),
        *((RequestSigner, name) for name in ("handler", "sign", "get_auth_instance")),
        *((SigV4Auth, name) for name in ("add_auth", "signature", "canonical_request")),
        *((http.client.HTTPConnection, name) for name in ("request", "send", "connect")),
        *((socket, name) for name in ("socket", "create_connection")),
        *((AWSConnection, name) for name in ("request", "send")),
        (AWSHTTPConnectionPool, "ConnectionCls"),
        (HTTPConnectionPool, "urlopen"),
        (URLLib3Session, "send"),
        (http.client.HTTPConnection, "debuglevel"),
    ]


def _plan(endpoint: Any, operation: Any, request: Mapping[str, Any]) -> Plan | None:
    """The plan, or None if something about the client or the operation is unusual."""
    session = endpoint.http_session
    if not _are_botocores(endpoint, session) or not MODIFIED.isdisjoint(vars(session)):
        return None
    url = request["url"]
    place = _place(url, session)
    if place is None or not _is_plain(operation) or session._proxy_config.proxy_url_for(url):
        return None
    emitter = _emitter(endpoint)
    created = _handlers(emitter, "request-created", operation)
    signer = _signer(created)
    if signer is None or not MODIFIED.isdisjoint(vars(signer)):
        return None
    if _has_foreign(emitter, created, operation):
        return None
    extend = tuple(each for each in created if each.__module__ == USER_AGENT)
    return Plan(url, place, session, signer, extend)


def _are_botocores(endpoint: Any, session: Any) -> bool:
    """Whether these are of botocore's own classes, and not of others that extend them."""
    from botocore.endpoint import Endpoint
    from botocore.httpsession import URLLib3Session

    return type(endpoint) is Endpoint and type(session) is URLLib3Session


def _place(url: str, session: Any) -> Place | None:
    """The place of the emulator's endpoint for functions; None for any other."""
    from urllib3.util import Timeout

    parts, timeout = urlsplit(url), session._timeout
    if (
        url.rstrip("/") != os.environ.get("AWS_ENDPOINT_URL")
        or [*map(tuple, session._socket_options)] != SOCKET_OPTIONS
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
        and not operation.has_streaming_input
        and not operation.has_streaming_output
        and not operation.has_event_stream_input
        and not operation.has_event_stream_output
        and not operation.http_checksum
        and not operation.http_checksum_required
    )


def _emitter(endpoint: Any) -> Any:
    """The client's handlers of events, below the object that knows their older names."""
    return endpoint._event_emitter._emitter


def _handlers(emitter: Any, event: str, operation: Any) -> list[Any]:
    service = operation.service_model.service_id.hyphenize()
    return list(emitter._handlers.prefix_search(f"{event}.{service}.{operation.name}"))


def _signer(handlers: list[Any]) -> Any | None:
    from botocore.signers import RequestSigner

    for each in handlers:
        if getattr(each, "__func__", None) is RequestSigner.handler:
            return each.__self__
    return None


def _has_foreign(emitter: Any, created: list[Any], operation: Any) -> bool:
    """Whether somebody else than botocore has added a handler that would be called."""
    from botocore.handlers import add_retry_headers
    from botocore.signers import RequestSigner
    from botocore.useragent import UserAgentString

    own = (
        RequestSigner.handler,
        UserAgentString.rebuild_and_replace_user_agent_handler,
        add_retry_headers,
    )
    if any(
        getattr(each, "__func__", each) not in own and each.__module__ != USER_AGENT
        for each in created
    ):
        return True
    retries = _handlers(emitter, "needs-retry", operation)
    if any(type(getattr(each, "__self__", each)).__module__ not in RETRIES for each in retries):
        return True
    choosing = _handlers(emitter, "choose-signer", operation)
    if any(each.__module__.partition(".")[0] != "botocore" for each in choosing):
        return True
    return any(_handlers(emitter, event, operation) for event in SILENT_EVENTS)


def _is_ordinary(plan: Plan, request: Mapping[str, Any]) -> bool:
    """Whether nothing about this request is unusual, and nobody listens."""
    from botocore.endpoint import history_recorder

    signing = request["context"].get("signing", {})
    return bool(
        request["url"] == plan.url
        and request["method"] == "POST"
        and request["url_path"] == "/"
        and not request["query_string"]
        and isinstance(request["body"], bytes)
        and "request_credentials" not in signing
        and "identity_cache" not in signing
        and not history_recorder._enabled
        and not any(logger.isEnabledFor(logging.DEBUG) for logger in LOGGERS)
    )


def _message(plan: Plan, operation: Any, request: Mapping[str, Any]) -> bytes | None:
    """The request as bytes; None if it cannot be signed or written here."""
    from botocore.auth import SigV4Auth

    context, signer = request["context"], plan.signer
    if signer._choose_signer(operation.name, "standard", context) != "v4":
        return None
    signing = context.get("signing", {})
    auth = signer.get_auth_instance(
        signing_name=signing.get("signing_name") or signer._signing_name,
        region_name=signing.get("region") or signer._region_name,
        signature_version="v4",
    )
    if type(auth) is not SigV4Auth or auth.credentials is None:
        return None
    headers = dict(request["headers"])
    for extend in plan.extend:
        extend(request=SimpleNamespace(headers=headers))
    body = request["body"]
    sign(auth, headers, plan.host, body)
    context["timestamp"] = headers["X-Amz-Date"]
    retries = context["retries"]
    headers["amz-sdk-invocation-id"] = retries["invocation-id"]
    headers["amz-sdk-request"] = f"attempt={retries['attempt']}"
    headers |= {"Host": plan.host, "Accept-Encoding": "identity", "Content-Length": str(len(body))}
    lines = [f"{name}: {_text(value)}" for name, value in headers.items()]
    head = "\r\n".join(["POST / HTTP/1.1", *lines, "", ""])
    if head.count("\n") != len(lines) + 2 or head.count("\r") != len(lines) + 2:
        return None  # http.client refuses line breaks
    return head.encode() + bytes(body)


def sign(auth: Any, headers: dict[str, Any], host: str, body: bytes) -> None:
    """Signs a POST to / with AWS's signature, version 4, as botocore's SigV4Auth does."""
    from botocore.auth import SIGNED_HEADERS_BLACKLIST, SIGV4_TIMESTAMP
    from botocore.compat import get_current_datetime

    time = get_current_datetime().strftime(SIGV4_TIMESTAMP)
    headers["X-Amz-Date"] = time
    if auth.credentials.token:
        headers["X-Amz-Security-Token"] = auth.credentials.token
    signed = {name.lower(): _text(value) for name, value in headers.items()} | {"host": host}
    names = sorted(name for name in signed if name not in SIGNED_HEADERS_BLACKLIST)
    lines = "\n".join(f"{name}:{' '.join(signed[name].split())}" for name in names)
    listed = ";".join(names)
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"POST\n/\n\n{lines}\n\n{listed}\n{digest}"
    scope = f"{time[:8]}/{auth._region_name}/{auth._service_name}/aws4_request"
    summary = hashlib.sha256(canonical.encode()).hexdigest()
    key = _signing_key(auth.credentials.secret_key, *scope.split("/"))
    signature = _hmac(key, f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{summary}").hex()
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={auth.credentials.access_key}/{scope},"
        f" SignedHeaders={listed}, Signature={signature}"
    )


@lru_cache(maxsize=16)
def _signing_key(secret: str, *scope: str) -> bytes:
    """The key of a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _response(url: str, received: Received) -> Any:
    """The response as botocore's HTTP session returns it, with its content read."""
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPHeaderDict

    headers: Any = HTTPHeaderDict()
    for name, value in received.headers:
        headers.add(name, value)
    response: Any = AWSResponse(url, received.status, headers, None)
    response._content = received.body
    return response


def is_success(response: Any) -> bool:
    """Whether botocore would return the response: no error, and no wrong checksum."""
    if isinstance(response, Exception) or response.status_code != 200:
        return False
    checksum = response.headers.get("x-amz-crc32")
    return checksum is None or checksum == str(binascii.crc32(response.content))


def _exceptions() -> Any:
    from botocore import exceptions

    return exceptions
