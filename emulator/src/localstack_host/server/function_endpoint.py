"""The endpoint for functions: AWS's API for the sessions of roles, and nothing else.

The emulator's port also serves its own pages (mails, settings, health), the owner's access key,
unsigned requests and other host names. Functions on AWS have none of these. So functions use a port
of their own, where this module filters the requests.
"""

from __future__ import annotations

import json
import re
import secrets
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from localstack_host.host import ports
from localstack_host.server import wsgi
from localstack_host.server.cross_site import PREFIXED
from localstack_host.server.known_heads import once
from localstack_host.server.wsgi import Application, Environment

# An Authorization header: key, date, region and service; or, in version 2, key and signature.
CREDENTIAL = re.compile(r"Credential=([^/,\s]*)/[^/,\s]*/[^/,\s]*/([^/,\s]*)/aws4_request")
VERSION_2 = re.compile(r"\s*AWS ([^:\s]+):")
NAMES = ("localhost", "localhost.localstack.cloud")
# Prefix of the headers that LocalStack's components send to each other.
INTERNAL = b"x-localstack-"
INTERNAL_VARIABLE = wsgi.variable_of(INTERNAL)
OF_AN_API = "_user_request_"
INVALID = "The security token included in the request is invalid."
MISSING = "Missing Authentication Token"

_listening_at: list[int] = []


def listen(backlog: int) -> socket.socket:
    """Listens on a port for functions that the kernel chooses."""
    listener = socket.create_server((ports.HOST, 0), backlog=backlog)
    _listening_at[:] = [listener.getsockname()[1]]
    return listener


def url() -> str | None:
    """The value of AWS_ENDPOINT_URL for functions; None if the endpoint is not listening."""
    return f"http://{ports.HOST}:{_listening_at[0]}" if _listening_at else None


@dataclass(frozen=True)
class Signature:
    """The access key, the session token and the service in the signature of a request."""

    access_key: str
    token: str
    service: str


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused: AWS's error code, in the XML protocols and in JSON."""

    code: str
    code_in_json: str
    message: str


UNSIGNED = Refusal("MissingAuthenticationToken", "MissingAuthenticationTokenException", MISSING)
UNKNOWN = Refusal("InvalidClientTokenId", "UnrecognizedClientException", INVALID)
ELSEWHERE = Refusal(
    "AccessDenied",
    "AccessDeniedException",
    "This endpoint serves AWS's API to functions. The emulator's own pages are not part of it.",
)


class FunctionEndpoint:
    """A WSGI application that passes the requests that functions may make to another one."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environment: Environment, start: Any) -> Iterable[bytes]:
        """Passes the request on, or responds with 403 in the format of the requested service."""
        about = once(_read, environment)
        refusal = about.refusal
        if about.signature and not refusal and not _is_issued(about.signature):
            refusal = UNKNOWN
        if refusal:
            return _respond(refusal, about.signature, environment, start)
        if about.is_internal:
            environment = _without_internal_headers(environment)
        return self._application(environment, start)


@dataclass(frozen=True)
class About:
    """What the head of a request says, whenever it comes."""

    signature: Signature | None
    refusal: Refusal | None
    is_internal: bool


def _read(environment: Environment) -> About:
    signature = _signature(environment)
    refusal = UNSIGNED if signature is None else None
    if not _is_of_aws(environment):
        refusal = ELSEWHERE
    names = [name.lower() for name, _ in environment.get("rolo.headers") or ()]
    return About(signature, refusal, any(name.startswith(INTERNAL) for name in names))


def _is_of_aws(environment: Environment) -> bool:
    """False for LocalStack's own pages: their paths begin with an underscore, or are /health."""
    if not _is_own(environment.get("HTTP_HOST", "")):
        return False
    for spelled in (environment.get("RAW_URI", "/").partition("?")[0], environment["PATH_INFO"]):
        segments = [s for s in re.split(r"[/\\]", unquote(unquote(spelled))) if s not in ("", ".")]
        if not spelled.startswith("/") or ".." in segments or OF_AN_API in segments:
            return False
        if segments and (segments[0].startswith("_") or segments == ["health"]):
            return False
    return True


def _is_own(host: str) -> bool:
    """Whether it is a name of this endpoint, also with an operation's prefix as in `sync-…`."""
    name, _, port = host.rpartition(":")
    known = name in (ports.HOST, *NAMES) or PREFIXED.fullmatch(name.encode())
    return bool(known) and port in map(str, _listening_at)


def _signature(environment: Environment) -> Signature | None:
    """The signature in the headers or in a presigned URL; None if there is none, or several.

    With several, this endpoint and the emulator might each check a different one.
    """
    signatures = [*_in_header(environment), *_in_address(environment["QUERY_STRING"])]
    return signatures[0] if len(signatures) == 1 else None


def _in_header(environment: Environment) -> Iterator[Signature]:
    token = environment.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
    header = environment.get("HTTP_AUTHORIZATION", "")
    for match in CREDENTIAL.finditer(header):
        yield Signature(match[1], token, match[2])
    if older := VERSION_2.match(header):
        yield Signature(older[1], token, "s3")


def _in_address(query: str) -> Iterator[Signature]:
    values = parse_qs(query)
    token = values.get("X-Amz-Security-Token") or values.get("x-amz-security-token") or [""]
    for name in ("X-Amz-Credential", "AWSAccessKeyId"):
        for credential in values.get(name, ()):
            yield Signature(credential.partition("/")[0], token[0], "s3")


def _is_issued(signature: Signature) -> bool:
    """Whether STS has issued this access key with this token, or IAM has issued it to a user."""
    from localstack_host.services.iam.sessions import SESSIONS

    key = signature.access_key
    session = SESSIONS.find_in_any_account(key) or _issued_to_a_user(key)
    if session is None:
        return False
    token: str = getattr(session, "session_token", "")
    return secrets.compare_digest(token.encode(), signature.token.encode())


def _issued_to_a_user(access_key: str) -> Any | None:
    """The key of a user, which code of a function may have, or what was issued with it by STS."""
    from moto.iam.models import iam_backends

    from localstack_host.services.iam.sessions import issued_key
    from localstack_host.services.iam.temporary_keys import noted

    keys = (issued_key(account, access_key) for account in list(iam_backends))
    key = next(filter(None, keys), None)
    return noted(key) or key if key is not None else None


def _without_internal_headers(environment: Environment) -> Environment:
    kept = {n: value for n, value in environment.items() if not n.startswith(INTERNAL_VARIABLE)}
    if sent := kept.get("rolo.headers"):
        kept["rolo.headers"] = [
            (name, value) for name, value in sent if not name.lower().startswith(INTERNAL)
        ]
    return kept


def _respond(
    refusal: Refusal, signature: Signature | None, environment: Environment, start: Any
) -> Iterable[bytes]:
    kind, body = _rendered(refusal, signature, environment)
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    if kind.startswith("application/"):
        headers.append(("x-amzn-ErrorType", refusal.code_in_json))
    start("403 Forbidden", headers)
    return [body]


def _rendered(
    refusal: Refusal, signature: Signature | None, environment: Environment
) -> tuple[str, bytes]:
    """Content type and body: JSON for the JSON protocols, else XML; S3 has a format of its own."""
    if signature and signature.service == "s3":
        code = "InvalidAccessKeyId" if refusal is UNKNOWN else refusal.code
        error = f"<Error><Code>{code}</Code><Message>{escape(refusal.message)}</Message></Error>"
        return "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode()
    if environment.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        error = f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
        error = f"<Error><Type>Sender</Type>{error}</Error>"
        return "text/xml", f"<ErrorResponse>{error}</ErrorResponse>".encode()
    error_body = {"__type": refusal.code_in_json, "message": refusal.message}
    return "application/x-amz-json-1.1", json.dumps(error_body).encode()
