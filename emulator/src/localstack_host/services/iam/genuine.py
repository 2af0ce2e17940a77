"""Requires that the access key of a request was issued, and that its secret made the signature.

The owner's keys, `test` and an account's twelve digits, are nobody's secret: they are believed.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from localstack_host.services.iam import access_denied, expiry, sessions, signatures, temporary_keys
from localstack_host.services.iam.required_permissions import prefix_of


def require(context: Any, access_key: str, session: Any | None) -> None:
    """Raises the service's error for a key that nobody has, or a wrong token or signature.

    It does so for one that has expired, too.

    `session` is moto's AssumedRole if the key is that of a session. Raises, too, if temporary
    credentials cannot be used for the operation.
    """
    if sessions.is_owners(access_key):
        return
    environment = context.request.environ
    service = prefix_of(context.service.service_name)
    issued = _issued(environment, context.account_id, access_key, session)
    if issued is None:
        raise access_denied.unknown_key(service, access_key)
    body = None if context.service.service_name == "s3" else _body(environment)
    if not signatures.is_genuine(environment, issued.secret_access_key, body):
        raise access_denied.wrong_signature(service)
    require_unexpired(service, issued)
    if service == "iam" and temporary_keys.is_unknown_to_iam(issued):
        raise access_denied.unknown_key(service, access_key)
    if service == "sts" and temporary_keys.is_refused(context.operation.name, issued):
        raise access_denied.with_session(context.operation.name)


def require_unexpired(service: str, issued: Any) -> None:
    """Raises the service's error for credentials that have expired."""
    if expiry.is_expired(issued, time.time()):
        raise access_denied.expired(service)


def is_genuine(request: Any, account: str, access_key: str, session: Any | None) -> bool:
    """Whether the key of a request was issued, or is an owner's, and its secret has signed it."""
    if sessions.is_owners(access_key):
        return True
    issued = _issued(request.environ, account, access_key, session)
    if issued is None or expiry.is_expired(issued, time.time()):
        return False
    body = _body(request.environ)
    return signatures.is_genuine(request.environ, issued.secret_access_key, body)


def _issued(environment: Any, account: str, access_key: str, session: Any | None) -> Any | None:
    """What was issued with a key, if it was, and with the token of the request."""
    issued = sessions.issued_with(account, access_key, session)
    return issued if is_token_of(issued, signatures.token_of(environment)) else None


def is_token_of(issued: Any | None, token: str) -> bool:
    """Whether what was issued with a key has this token; a key of long standing has none."""
    expected = getattr(issued, "session_token", None)
    return expected is None or secrets.compare_digest(token.encode(), expected.encode())


def _body(environment: Any) -> bytes:
    """The body as it was sent. A parser may have read it already, or may still read it."""
    stream = environment["wsgi.input"]
    position = stream.tell()
    stream.seek(0)
    body: bytes = stream.read()
    stream.seek(position)
    return body
