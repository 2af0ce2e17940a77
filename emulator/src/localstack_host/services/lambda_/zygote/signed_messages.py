"""Signed requests as bytes, after the pattern of one that botocore has made and signed.

The requests of one client for one operation differ in their body, the time, the credentials, and
what identifies the call. Everything else is kept, and so is the signing key of a day: what is left
of AWS's signature, version 4, is two digests and one HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

FIXED = frozenset(
    {"X-Amz-Target", "Content-Type", "User-Agent", "x-amzn-query-mode", "amz-sdk-request"}
)
"""Headers that are the same in each request."""
CHANGING = frozenset(
    {"X-Amz-Date", "X-Amz-Security-Token", "Authorization", "Content-Length"}
    | {"amz-sdk-invocation-id"}
)
DATE, TOKEN = "x-amz-date", "x-amz-security-token"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request,"
    r" SignedHeaders=(?P<names>[^,]+), Signature=[0-9a-f]{64}"
)


@dataclass(frozen=True)
class Keys:
    """What a request contains of some credentials on one day."""

    scope: str
    credential: str
    signing: bytes
    token_header: str
    token_line: str


@dataclass(frozen=True)
class Pattern:
    """What is the same in each request of a client for an operation.

    `before` and `after` are the lines of signed headers around those of the time and the token.
    """

    head: str
    before: str
    after: str
    names: str
    names_with_token: str
    region: str
    service: str

    def message(self, credentials: Any, body: bytes, call_id: str, more: str = "") -> bytes | None:
        """A signed request of now with these further headers; None if it cannot be written."""
        now = _now()
        keys = _keys(credentials, now[:8], self.region, self.service)
        if keys is None:
            return None
        return (
            f"{self.head}X-Amz-Date: {now}\r\n{keys.token_header}"
            f"Authorization: {self.authorization(keys, now, body)}\r\n"
            f"amz-sdk-invocation-id: {call_id}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def authorization(self, keys: Keys, now: str, body: bytes) -> str:
        """The value of the Authorization header."""
        names = self.names_with_token if keys.token_line else self.names
        digest = hashlib.sha256(body).hexdigest()
        lines = f"{self.before}{DATE}:{now}\n{keys.token_line}{self.after}"
        canonical = f"POST\n/\n\n{lines}\n{names}\n{digest}"
        summary = hashlib.sha256(canonical.encode()).hexdigest()
        signed = f"AWS4-HMAC-SHA256\n{now}\n{keys.scope}\n{summary}"
        return (
            f"AWS4-HMAC-SHA256 Credential={keys.credential}, SignedHeaders={names},"
            f" Signature={_hmac(keys.signing, signed).hex()}"
        )


def pattern_of(request: Any, host: str, credentials: Any) -> Pattern | None:
    """The pattern of a request that botocore has signed with these credentials.

    None if the request has other headers than most, or if the pattern gives another signature.
    """
    headers = {name: text(value) for name, value in request.headers.items()}
    found = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None or not headers.keys() <= FIXED | CHANGING:
        return None
    fixed = {name: value for name, value in headers.items() if name in FIXED}
    if any("\n" in value or "\r" in value for value in fixed.values()):
        return None  # http.client refuses line breaks
    lines = {name.lower(): value for name, value in fixed.items()} | {"host": host}
    names = [name for name in found["names"].split(";") if name not in (DATE, TOKEN)]
    if not lines.keys() >= set(names):
        return None
    before, after = [n for n in names if n < DATE], [n for n in names if n > TOKEN]
    pattern = Pattern(
        head=_head({"Host": host, "Accept-Encoding": "identity"} | fixed),
        before=_signed(lines, before),
        after=_signed(lines, after),
        names=";".join([*before, DATE, *after]),
        names_with_token=";".join([*before, DATE, TOKEN, *after]),
        region=found["region"],
        service=found["service"],
    )
    return pattern if _is_right(pattern, headers, request.body, credentials) else None


def _is_right(pattern: Pattern, headers: dict[str, str], body: bytes, credentials: Any) -> bool:
    """Whether the pattern gives the signature that botocore's request has."""
    now = headers["X-Amz-Date"]
    keys = _keys(credentials, now[:8], pattern.region, pattern.service)
    return keys is not None and (
        pattern.authorization(keys, now, body) == headers["Authorization"]
        and headers.get("X-Amz-Security-Token") == credentials.token
    )


def _head(headers: dict[str, str]) -> str:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}"


def _signed(lines: dict[str, str], names: list[str]) -> str:
    return "".join(f"{name}:{' '.join(lines[name].split())}\n" for name in names)


@lru_cache(maxsize=16)
def _keys(credentials: Any, date: str, region: str, service: str) -> Keys | None:
    """None if the credentials are incomplete, or would break a header's line."""
    access_key, secret, token = credentials.access_key, credentials.secret_key, credentials.token
    if not access_key or not secret or re.search(r"[\r\n]", f"{access_key}{token}"):
        return None
    scope = f"{date}/{region}/{service}/aws4_request"
    signing = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        signing = _hmac(signing, part)
    return Keys(
        scope=scope,
        credential=f"{access_key}/{scope}",
        signing=signing,
        token_header=f"X-Amz-Security-Token: {token}\r\n" if token else "",
        token_line=f"{TOKEN}:{' '.join(token.split())}\n" if token else "",
    )


_second = (0, "")


def _now() -> str:
    """The time as in X-Amz-Date; it is written once for each second."""
    global _second  # noqa: PLW0603 - the last time that was written
    number = int(time.time())
    known, written = _second
    if known != number:
        written = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(number))
        _second = (number, written)
    return written


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def text(value: str | bytes) -> str:
    """The value of a header."""
    return value.decode() if isinstance(value, bytes) else str(value)
