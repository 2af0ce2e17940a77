"""Verifies signatures that were made with keys that the emulator issued.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
Version 4 of the signature, in the Authorization header or in a presigned URL. The time of a request
is not compared: clocks of containers and laptops differ. The secret access keys of `test` and of
an account's twelve digits are not the emulator's, and a signature that streams its body (S3's
chunks), has version 2 or version 4A is not recomputed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from localstack_host.server.known_heads import CHANGING, once
from localstack_host.server.wsgi import Environment

ALGORITHM = "AWS4-HMAC-SHA256"
HEADER = re.compile(
    ALGORITHM + r"\s+Credential=(?P<credential>[^,\s]+)[,\s]+"
    r"SignedHeaders=(?P<names>[^,\s]+)[,\s]+Signature=(?P<signature>[0-9a-f]{64})"
)
KEYS = 1024  # signing keys: one for each credential, day, region and service
SPACES = re.compile(r" +")
UNRESERVED = "-_.~"
S3 = "s3"
UNSIGNED_BODY = "UNSIGNED-PAYLOAD"
NO_BODY = hashlib.sha256(b"").hexdigest()
SIGNATURE = "X-Amz-Signature"
SIGNATURE_LENGTH = 64
TOKEN, TOKEN_IN_QUERY = "x-amz-security-token", "X-Amz-Security-Token"


Part = str | int
"""A text, or the place of a header whose value stands for it: one that changes."""


@dataclass(frozen=True)
class Signature:
    """A signature, with what it was made of: `credential` is `key/date/region/service/…`.

    `digest` is the digest of the body that was declared, or empty. `request` is the canonical
    request as far as the digest.
    """

    credential: str
    names: str
    value: Part
    time: Part
    presigned: bool = False
    digest: str = ""
    request: tuple[Part, ...] = ()

    @cached_property
    def scope(self) -> str:
        """Date, region and service, with the rest of the credential's scope."""
        return self.credential.partition("/")[2]

    @property
    def service(self) -> str:
        """The name of the service in the credential's scope."""
        return self.credential.split("/")[3]


def token_of(environment: Mapping[str, Any]) -> str:
    """The session token of a request (its WSGI environment), in a header or in the query."""
    in_header = str(environment.get("HTTP_X_AMZ_SECURITY_TOKEN", ""))
    if in_header or TOKEN_IN_QUERY.lower() not in environment.get("QUERY_STRING", "").lower():
        return in_header
    query: str = environment["QUERY_STRING"]
    values = {name.lower(): v[0] for name, v in parse_qs(query).items()}
    return values.get(TOKEN, "")


def is_genuine(environment: Environment, secret: str, body: bytes | None) -> bool:
    """Whether a request was signed with a secret key, and not changed since.

    `body` is None if it has not been read: then its digest in a header is believed. What is not
    recomputed, see above, counts as genuine.
    """
    found = once(_signature, environment)
    digest = _digest(found, body) if found else None
    if found is None or digest is None:
        return True
    sent = environment.get("rolo.headers") or ()
    request = "".join([_text(part, sent) for part in found.request]) + digest
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = f"{ALGORITHM}\n{_text(found.time, sent)}\n{found.scope}\n{hashed}"
    expected = _hmac(_signing_key(secret, found.scope), text).hex()
    return hmac.compare_digest(expected, _text(found.value, sent)[-SIGNATURE_LENGTH:])


def is_of_policy(form: Mapping[str, str], secret: str) -> bool:
    """Whether the policy of a form of S3, whose names are in lower case, was signed with a secret.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
    """
    policy = form["policy"]
    if credential := form.get("x-amz-credential"):
        key = _signing_key(secret, credential.partition("/")[2])
        expected, sent = _hmac(key, policy).hex(), form.get("x-amz-signature", "")
    else:
        made = hmac.digest(secret.encode(), policy.encode(), "sha1")
        expected, sent = base64.b64encode(made).decode(), form.get("signature", "")
    return hmac.compare_digest(expected.encode(), sent.encode())


def _signature(environment: Environment) -> Signature | None:
    """The signature in the head of a request; None if there is none, or none of version 4."""
    headers, places = _headers(environment.get("rolo.headers") or ())
    query = environment.get("QUERY_STRING", "")
    found = HEADER.fullmatch(headers.get("authorization", "").strip())
    signature = _in_header(found, headers, places) if found else _in_query(query)
    if signature is None or signature.credential.count("/") < 4:
        return None
    return replace(
        signature,
        digest=headers.get("x-amz-content-sha256", ""),
        request=_canonical(signature, environment, headers, places),
    )


def _in_header(
    found: re.Match[str], headers: Mapping[str, str], places: Mapping[str, int]
) -> Signature:
    date = "x-amz-date" if headers.get("x-amz-date") else "date"
    return Signature(
        found["credential"],
        found["names"],
        places.get("authorization", found["signature"]),
        places.get(date, headers.get(date, "")),
    )


def _headers(sent: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], dict[str, int]]:
    """The headers by name, and the places of those that are there once and change."""
    headers: dict[str, str] = {}
    places: dict[str, int] = {}
    for place, (name_sent, value_sent) in enumerate(sent):
        name, value = name_sent.decode("latin-1").lower(), value_sent.decode("latin-1")
        if name in headers:
            headers[name] = f"{headers[name]},{value}"
            places.pop(name, None)
        else:
            headers[name] = value
            if name_sent.lower() in CHANGING:
                places[name] = place
    return headers, places


def _in_query(query: str) -> Signature | None:
    if SIGNATURE not in query:
        return None
    values = {name: value for name, (value, *_) in parse_qs(query).items()}
    if values.get("X-Amz-Algorithm") != ALGORITHM:
        return None
    names = ("Credential", "SignedHeaders", "Signature", "Date")
    credential, signed, value, time = (values.get(f"X-Amz-{name}", "") for name in names)
    return Signature(credential, signed, value, time, presigned=True)


def _digest(signature: Signature, body: bytes | None) -> str | None:
    """The digest of the body, as it was signed; None if that cannot be known."""
    declared = signature.digest
    if signature.presigned:
        return declared or (UNSIGNED_BODY if signature.service == S3 else NO_BODY)
    if declared.startswith("STREAMING-"):
        return None
    if declared and (body is None or declared == UNSIGNED_BODY):
        return declared
    return None if body is None else hashlib.sha256(body).hexdigest()


def _canonical(
    signature: Signature,
    environment: Mapping[str, Any],
    headers: Mapping[str, str],
    places: Mapping[str, int],
) -> tuple[Part, ...]:
    """The parts of the canonical request before the digest."""
    address = str(environment.get("RAW_URI") or environment.get("PATH_INFO", "/"))
    path = _path(address.partition("?")[0], signature.service)
    query = _query(environment.get("QUERY_STRING", ""))
    parts: list[Part] = []
    text = f"{environment['REQUEST_METHOD']}\n{path}\n{query}\n"
    for name in signature.names.split(";"):
        if name in places:
            parts += [f"{text}{name}:", places[name]]
            text = "\n"
        else:
            text += f"{name}:{_trimmed(headers.get(name, ''))}\n"
    return (*parts, f"{text}\n{signature.names}\n")


def _text(part: Part, sent: Sequence[tuple[bytes, bytes]]) -> str:
    return part if isinstance(part, str) else _trimmed(sent[part][1].decode("latin-1"))


def _trimmed(value: str) -> str:
    return SPACES.sub(" ", value.strip()) if "  " in value else value.strip()


def _path(path: str, service: str) -> str:
    """The path as it was sent; for all services but S3 it is encoded once more."""
    if service == S3 or path in ("", "/"):
        return path or "/"
    return quote(path, safe=f"/{UNRESERVED}")


def _query(query: str) -> str:
    if not query:
        return ""
    return "&".join(f"{name}={value}" for name, value in sorted(_parameters(query)))


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if pair and name != SIGNATURE:
            yield quote(unquote(name), safe=UNRESERVED), quote(unquote(value), safe=UNRESERVED)


@lru_cache(KEYS)
def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
