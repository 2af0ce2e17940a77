"""One request, and what is checked of it before anything else sees it."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote_to_bytes, urlsplit

from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.limits import MIB, Limits
from localstack_host.server.refusal import Refusal, malformed, shown

VERSIONS = frozenset({"1.0", "1.1"})
CHUNKED = b"chunked"
UNPACK_BYTES = 2**20
WHITESPACE = b" \t"  # which may stand around a value: RFC 9110, section 5.5


@dataclass
class Incoming:
    """One request; the rest is filled in as it comes in.

    `path` is unquoted and, like `query`, text in Latin-1, as PEP 3333 has it.
    """

    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: io.BytesIO = field(default_factory=io.BytesIO)
    method: str = ""
    version: str = ""
    path: str = ""
    query: str = ""
    keep_alive: bool = False
    held: int = 0
    """The bytes of it that are counted among those of all bodies."""
    _values: dict[bytes, list[bytes]] = field(default_factory=dict)

    def add_header(self, name: bytes, value: bytes) -> None:
        """Adds a header, its name as it was written."""
        value = value.strip(WHITESPACE)
        self.headers.append((name, value))
        self._values.setdefault(name.lower(), []).append(value.lower())

    def values(self, name: bytes) -> Sequence[bytes]:
        """What a header says, as often as it is there; name and values in lower case."""
        return self._values.get(name, ())


def check_head(request: Incoming, limits: Limits, sites: SiteCheck) -> None:
    """Splits the target, and raises Refusal for a head that must not be served."""
    if request.version not in VERSIONS:
        raise Refusal(
            HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
            f"This server speaks HTTP/1.1, and not HTTP/{request.version}.",
        )
    if request.method == "CONNECT":
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "This server makes no tunnels.")
    if sum(len(name) + len(value) + 4 for name, value in request.headers) > limits.header_bytes:
        raise headers_too_large(limits)
    sites.check(request, _split_target(request))
    _check_body(request, limits)


def headers_too_large(limits: Limits) -> Refusal:
    """The refusal of headers that are longer than they may be, together."""
    return Refusal(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The headers are longer than {limits.header_bytes} bytes.",
    )


def too_large(limits: Limits, what: str = "body") -> Refusal:
    """The refusal of a body that is larger than it may be."""
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The {what} is larger than {limits.body_bytes // MIB} MiB. Send a large object in parts.",
    )


def _split_target(request: Incoming) -> bytes | None:
    """Sets path and query. Returns the host, if the target names one as for a proxy."""
    target, host = request.target, None
    if not target.startswith(b"/") and not (target == b"*" and request.method == "OPTIONS"):
        try:
            parts = urlsplit(target)
        except ValueError:
            raise malformed(f"the target {shown(target)} is no address") from None
        if parts.scheme not in (b"http", b"https") or not parts.netloc:
            raise malformed(f"the target {shown(target)} is no path")
        host = parts.netloc
        target = (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
    path, _, query = target.partition(b"?")
    request.path = unquote_to_bytes(path).decode("latin-1")
    request.query = query.decode("latin-1")
    return host


def _check_body(request: Incoming, limits: Limits) -> None:
    """What says how long the body is; the parser refuses what says it twice."""
    codings, lengths = request.values(b"transfer-encoding"), request.values(b"content-length")
    if codings and (list(codings) != [CHUNKED] or request.version == "1.0"):
        raise Refusal(
            HTTPStatus.NOT_IMPLEMENTED,
            f"The Transfer-Encoding {shown(b', '.join(codings))} of HTTP/{request.version} is not"
            " known here; 'chunked' of HTTP/1.1 is.",
        )
    if lengths and int(lengths[0]) > limits.body_bytes:
        raise too_large(limits)
    if request.values(b"upgrade") and (codings or any(length != b"0" for length in lengths)):
        raise Refusal(
            HTTPStatus.NOT_IMPLEMENTED,
            "A request with a body cannot ask for another protocol. Send it without Upgrade.",
        )


def check_unpacked(request: Incoming, limits: Limits) -> int:
    """The bytes that LocalStack will have in memory besides when it has unpacked the body.

    Raises Refusal for too many. It is read as LocalStack reads it. What is not packed is the
    application's to refuse.
    """
    if b"gzip" not in request.values(b"content-encoding"):
        return 0
    request.body.seek(0)
    size = 0
    try:
        with gzip.GzipFile(fileobj=request.body) as unpacked:
            while part := unpacked.read(UNPACK_BYTES):
                size += len(part)
                if size > limits.body_bytes:
                    raise too_large(limits, "unpacked body")
    except (OSError, EOFError, zlib.error):
        pass
    return size
