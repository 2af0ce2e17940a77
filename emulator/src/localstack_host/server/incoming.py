"""One request, and the checks that it must pass before the application is called."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.limits import MIB, Limits
from localstack_host.server.refusal import Refusal, malformed, shown

if TYPE_CHECKING:
    from localstack_host.server.known_heads import KnownHead

VERSIONS = frozenset({"1.0", "1.1"})
CHUNKED = b"chunked"
UNPACK_BYTES = 2**20
WHITESPACE = b" \t"  # is stripped from values: RFC 9110, section 5.5


@dataclass
class Incoming:
    """One request. The fields are set while it is received.

    `path` is unquoted. It is decoded as Latin-1, like `query`, as PEP 3333 requires.
    """

    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: io.BytesIO = field(default_factory=io.BytesIO)
    method: str = ""
    version: str = ""
    path: str = ""
    query: str = ""
    keep_alive: bool = False
    counted: int = 0
    """How many of its bytes are counted in Bodies."""
    known: KnownHead | None = None
    """Its head, if that can come again."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """The variables in which it differs from the first request with its known head."""
    _values: dict[bytes, list[bytes]] | None = None

    def add_header(self, name: bytes, value: bytes) -> None:
        """Adds a header. Its name is stored as it was sent."""
        self.headers.append((name, value.strip(WHITESPACE)))

    def values(self, name: bytes) -> Sequence[bytes]:
        """All values of a header, once all were added; name and values in lower case."""
        if self._values is None:
            self._values = {}
            for each, value in self.headers:
                self._values.setdefault(each.lower(), []).append(value.lower())
        return self._values.get(name, ())


def check_head(request: Incoming, limits: Limits, sites: SiteCheck) -> None:
    """Splits the target. Raises Refusal for a request that must not be served."""
    if request.version not in VERSIONS:
        raise Refusal(
            HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
            f"This server supports HTTP/1.1, not HTTP/{request.version}.",
        )
    if request.method == "CONNECT":
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "This server does not support CONNECT.")
    if sum(len(name) + len(value) + 4 for name, value in request.headers) > limits.header_bytes:
        raise headers_too_large(limits)
    sites.check(request, _split_target(request))
    _check_body(request, limits)


def headers_too_large(limits: Limits) -> Refusal:
    """The refusal of headers that exceed the limit together."""
    return Refusal(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The headers are longer than {limits.header_bytes} bytes.",
    )


def too_large(limits: Limits, part: str = "body") -> Refusal:
    """The refusal of a body that exceeds the limit."""
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The {part} is larger than {limits.body_bytes // MIB} MiB. Send a large object in parts.",
    )


def _split_target(request: Incoming) -> bytes | None:
    """Sets path and query. Returns the host of a target in absolute form, as sent to proxies."""
    target, host = request.target, None
    if not target.startswith(b"/") and not (target == b"*" and request.method == "OPTIONS"):
        try:
            parts = urlsplit(target)
        except ValueError:
            raise malformed(f"the target {shown(target)} is not a valid URL") from None
        if parts.scheme not in (b"http", b"https") or not parts.netloc:
            raise malformed(f"the target {shown(target)} is not a path")
        host = parts.netloc
        target = (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
    path, _, query = target.partition(b"?")
    request.path = unquote_to_bytes(path).decode("latin-1")
    request.query = query.decode("latin-1")
    return host


def _check_body(request: Incoming, limits: Limits) -> None:
    """Checks the headers that set the body's length; the parser refuses repeated ones."""
    codings, lengths = request.values(b"transfer-encoding"), request.values(b"content-length")
    if codings and (list(codings) != [CHUNKED] or request.version == "1.0"):
        raise Refusal(
            HTTPStatus.NOT_IMPLEMENTED,
            f"The Transfer-Encoding {shown(b', '.join(codings))} of HTTP/{request.version} is not"
            " supported; 'chunked' of HTTP/1.1 is.",
        )
    if lengths and int(lengths[0]) > limits.body_bytes:
        raise too_large(limits)
    if _asks_for_another(request) and (codings or any(length != b"0" for length in lengths)):
        raise Refusal(
            HTTPStatus.NOT_IMPLEMENTED,
            "A request with a body cannot request another protocol. Send it without Upgrade.",
        )


def _asks_for_another(request: Incoming) -> bool:
    """Whether the connection is to change its protocol: RFC 9110, section 7.8, wants both headers.

    Clients send Upgrade alone too, which asks for nothing.
    """
    options = b",".join(request.values(b"connection")).split(b",")
    return bool(request.values(b"upgrade")) and b"upgrade" in map(bytes.strip, options)


def check_unpacked(request: Incoming, limits: Limits) -> int:
    """Returns the size of the decompressed body; 0 for a body that is not compressed.

    LocalStack has both in memory. Raises Refusal if the size exceeds the limit. A body that cannot
    be decompressed is left to the application, which refuses it.
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
