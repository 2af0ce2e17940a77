"""Requires that the access key of a request was issued, and that its secret made the signature.

The owner's keys, `test` and an account's twelve digits, are nobody's secret: they are believed.
"""

from __future__ import annotations

import secrets
from typing import Any

from localstack_host.services.iam import access_denied, sessions, signatures
from localstack_host.services.iam.required_permissions import prefix_of


def require(context: Any, access_key: str, session: Any | None) -> None:
    """Raises the service's error for a key that nobody has, or a wrong token or signature.

    `session` is moto's AssumedRole if the key is that of a session.
    """
    if sessions.is_owners(access_key):
        return
    issued = session or sessions.issued_key(context.account_id, access_key)
    service = prefix_of(context.service.service_name)
    if issued is None or (session and not _has_token(context.request.environ, session)):
        raise access_denied.unknown_key(service, access_key)
    environment = context.request.environ
    body = None if context.service.service_name == "s3" else _body(environment)
    if not signatures.is_genuine(environment, issued.secret_access_key, body):
        raise access_denied.wrong_signature(service)


def is_genuine(request: Any, account: str, access_key: str, session: Any | None) -> bool:
    """Whether the key of a request was issued, or is an owner's, and its secret has signed it."""
    if sessions.is_owners(access_key):
        return True
    issued = session or sessions.issued_key(account, access_key)
    if issued is None or (session and not _has_token(request.environ, session)):
        return False
    body = _body(request.environ)
    return signatures.is_genuine(request.environ, issued.secret_access_key, body)


def _has_token(environment: Any, session: Any) -> bool:
    token = signatures.token_of(environment)
    return secrets.compare_digest(token.encode(), session.session_token.encode())


def _body(environment: Any) -> bytes:
    """The body as it was sent. A parser may have read it already, or may still read it."""
    stream = environment["wsgi.input"]
    position = stream.tell()
    stream.seek(0)
    body: bytes = stream.read()
    stream.seek(position)
    return body
