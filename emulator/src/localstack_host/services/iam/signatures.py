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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, quote, unquote

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
TOKEN, TOKEN_IN_QUERY = "x-amz-security-token", "X-Amz-Security-Token"


@dataclass(frozen=True)
class Signature:
    """A signature, with what it was made of: `credential` is `key/date/region/service/…`."""

    credential: str
    names: str
    value: str
    time: str
    presigned: bool = False

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


def is_genuine(environment: Mapping[str, Any], secret: str, body: bytes | None) -> bool:
    """Whether a request was signed with a secret key, and not changed since.

    `body` is None if it has not been read: then its digest in a header is believed. What is not
    recomputed, see above, counts as genuine.
    """
    headers: dict[str, str] = {}
    for name_sent, value_sent in environment.get("rolo.headers") or ():
        name, value = name_sent.decode("latin-1").lower(), value_sent.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    found = _signature(headers, environment.get("QUERY_STRING", ""))
    if found is None:
        return True
    digest = _digest(found, headers, body)
    if digest is None:
        return True
    request = _canonical(found, environment, headers, digest)
    _, scope = found.credential.split("/", 1)
    text = "\n".join((ALGORITHM, found.time, scope, hashlib.sha256(request.encode()).hexdigest()))
    expected = _hmac(_signing_key(secret, scope), text).hex()
    return hmac.compare_digest(expected, found.value)


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


def _signature(headers: Mapping[str, str], query: str) -> Signature | None:
    found = HEADER.fullmatch(headers.get("authorization", "").strip())
    if found:
        time = headers.get("x-amz-date") or headers.get("date", "")
        return _complete(Signature(found["credential"], found["names"], found["signature"], time))
    if SIGNATURE not in query:
        return None
    values = {name: value for name, (value, *_) in parse_qs(query).items()}
    if values.get("X-Amz-Algorithm") != ALGORITHM:
        return None
    names = ("Credential", "SignedHeaders", "Signature", "Date")
    credential, signed, value, time = (values.get(f"X-Amz-{name}", "") for name in names)
    return _complete(Signature(credential, signed, value, time, presigned=True))


def _complete(signature: Signature) -> Signature | None:
    return signature if signature.credential.count("/") >= 4 else None


def _digest(signature: Signature, headers: Mapping[str, str], body: bytes | None) -> str | None:
    """The digest of the body, as it was signed; None if that cannot be known."""
    declared = headers.get("x-amz-content-sha256", "")
    if signature.presigned:
        return declared or (UNSIGNED_BODY if signature.service == S3 else NO_BODY)
    if declared.startswith("STREAMING-"):
        return None
    if declared and (body is None or declared == UNSIGNED_BODY):
        return declared
    return None if body is None else hashlib.sha256(body).hexdigest()


def _canonical(
    signature: Signature, environment: Mapping[str, Any], headers: Mapping[str, str], digest: str
) -> str:
    names = signature.names.split(";")
    lines = [f"{name}:{_trimmed(headers.get(name, ''))}\n" for name in names]
    address = str(environment.get("RAW_URI") or environment.get("PATH_INFO", "/"))
    return "\n".join(
        (
            str(environment["REQUEST_METHOD"]),
            _path(address.partition("?")[0], signature.service),
            _query(environment.get("QUERY_STRING", "")),
            "".join(lines),
            signature.names,
            digest,
        )
    )


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
