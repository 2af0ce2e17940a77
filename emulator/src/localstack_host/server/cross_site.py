"""Refuses requests that other websites make: a page in the user's browser can reach this port.

Whoever can send an AWS request can run code on this machine. So every request is checked, before
anything else handles it:

- its Host must be a name of this machine. A name that was rebound to 127.0.0.1 is not
  (https://owasp.org/www-community/attacks/DNS_Rebinding: the browser sends the attacker's name);
- the origin that a browser sends must be this server: Origin
  (https://www.rfc-editor.org/rfc/rfc6454#section-7) and Sec-Fetch-Site
  (https://www.w3.org/TR/fetch-metadata/);
- a browser that sends neither is refused. No browser sends them to names like
  *.localhost.localstack.cloud, which are not "potentially trustworthy" over plain HTTP; every
  browser does to localhost and 127.0.0.1;
- a request that the user started, `Sec-Fetch-Site: none`, may read but not run an operation. The
  value is the same for a typed address, a link in a mail and a prefetched page.

AWS's SDKs, Terraform and curl are not browsers. No page that the emulator shows in a browser calls
the emulator: the dashboard and the lessons are files, and JupyterLab calls its own server, whose
kernels use boto3. So the only other origins that are allowed are those that the user adds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl

from localstack_host.host.wrapper import variable
from localstack_host.server.refusal import Refusal, malformed, shown

HOSTS_VARIABLE = variable("HOSTS")
ORIGINS_VARIABLE = variable("ORIGINS")

OWN_NAMES = frozenset({b"localhost", b"127.0.0.1", b"[::1]", b"localhost.localstack.cloud"})
# Public names of buckets and APIs. They resolve to 127.0.0.1, and nobody else can register them.
OWN_SUFFIX = b".localhost.localstack.cloud"
# For some operations SDKs put a prefix before the endpoint's host: sync-localhost, data.localhost
# (https://smithy.io/2.0/spec/endpoint-traits.html). Nobody else can register such a name, but a
# network can complete one without a dot by its search domain: a browser is refused.
PREFIXED = re.compile(rb"[a-z0-9]+[.-](localhost|127\.0\.0\.1|localhost\.localstack\.cloud)")
# AWS also takes an address with its scheme. Browsers, which another site could use, send none.
HOST = re.compile(rb"(?:https?://)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.IGNORECASE)

LONGEST_NAME, LONGEST_LABEL = 253, 63  # RFC 1035, section 2.3.4

OWN_PAGE, USER = b"same-origin", b"none"
PURPOSES = (b"sec-purpose", b"purpose", b"x-moz")  # sent with prefetch requests
# Prefixes of User-Agent: of every browser, and of the media player that Safari uses.
BROWSERS = (b"mozilla/", b"applecoremedia/")
READ_METHODS = frozenset({"GET", "HEAD"})
# Prefixes of the query parameters that name an AWS request's operation or its caller.
OPERATION_PARAMETERS = ("action", "x-amz-", "awsaccesskeyid")


class Head(Protocol):
    """A request whose head has been read; `query` is decoded as Latin-1."""

    method: str
    query: str

    def values(self, name: bytes) -> Sequence[bytes]:
        """All values of a header; name and values in lower case."""


@dataclass(frozen=True)
class SiteCheck:
    """Refuses requests of other sites; `hosts` and `origins` are those that the user added."""

    hosts: frozenset[bytes] = frozenset()
    origins: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> SiteCheck:
        """The check with the names in HOSTS_VARIABLE and ORIGINS_VARIABLE, separated by commas."""
        return cls(
            _listed(environment.get(HOSTS_VARIABLE, "")),
            _listed(environment.get(ORIGINS_VARIABLE, "")),
        )

    def check(self, request: Head, target_host: bytes | None = None) -> None:
        """Raises Refusal: 400, 421 for an unknown host, 403 for a request of another site.

        `target_host` is the host in a request target in absolute form, as clients of proxies send.
        """
        hosts, origins = request.values(b"host"), request.values(b"origin")
        if len(hosts) != 1 or len(origins) > 1:
            raise malformed(
                f"it has {len(hosts)} Host and {len(origins)} Origin headers, and needs exactly one"
                " Host and at most one Origin"
            )
        self._require_own_host(hosts[0], request)
        if target_host is not None:
            self._require_own_host(target_host, request)
        if self.origins.isdisjoint(origins):
            _require_own_site(request, hosts[0], origins)
            _require_reading_only(request)

    def _require_own_host(self, host: bytes, request: Head) -> None:
        match = HOST.fullmatch(host)
        name = match[1].lower() if match else b""
        if name.endswith(OWN_SUFFIX) and not _is_valid_name(name):
            raise malformed(
                f"the host {shown(host)} is not a host name: that has at most {LONGEST_NAME}"
                f" characters, and between 1 and {LONGEST_LABEL} between two dots"
            )
        if name in OWN_NAMES or name in self.hosts or name.endswith(OWN_SUFFIX):
            return
        if PREFIXED.fullmatch(name) and not _is_from_browser(request):
            return
        raise Refusal(
            HTTPStatus.MISDIRECTED_REQUEST,
            f"The emulator does not answer to the host {shown(host)}. Use localhost or 127.0.0.1;"
            f" if the name is this machine's, add it to {HOSTS_VARIABLE} and restart it.",
        )


def _is_valid_name(name: bytes) -> bool:
    """Whether this is a valid DNS name that Python's IDNA codec can decode."""
    labels = [len(label) for label in name.split(b".")]
    if len(name) > LONGEST_NAME or not all(1 <= size <= LONGEST_LABEL for size in labels):
        return False
    try:
        name.decode("idna")
    except UnicodeError:
        return False
    return True


def _is_from_browser(request: Head) -> bool:
    sent = (*request.values(b"origin"), *request.values(b"sec-fetch-site"))
    return bool(sent) or _names_browser(request)


def _names_browser(request: Head) -> bool:
    return any(each.startswith(BROWSERS) for each in request.values(b"user-agent"))


def _require_own_site(request: Head, host: bytes, origins: Sequence[bytes]) -> None:
    sites = request.values(b"sec-fetch-site")
    for origin in origins:
        if origin not in (b"http://" + host, b"https://" + host):
            raise _foreign("Origin", origin)
    for site in sites:
        if site not in (OWN_PAGE, USER):
            raise _foreign("Sec-Fetch-Site", site)
    if not (origins or sites) and _names_browser(request):
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            f"Browsers do not send the origin of a request to {shown(host)}, so it could be any"
            " website. Open http://localhost:PORT instead, with APIs below /_aws/execute-api/.",
        )


def _require_reading_only(request: Head) -> None:
    in_advance = any(b"prefetch" in value for name in PURPOSES for value in request.values(name))
    if in_advance or (USER in request.values(b"sec-fetch-site") and not _only_reads(request)):
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            "A URL that is opened in a browser may read data, but not run an operation. Use"
            " awslocal, aws or an SDK.",
        )


def _only_reads(request: Head) -> bool:
    names = [name.lower() for name, _ in parse_qsl(request.query, keep_blank_values=True)]
    names_operation = any(each.startswith(OPERATION_PARAMETERS) for each in names)
    return request.method in READ_METHODS and not names_operation


def _foreign(header: str, value: bytes) -> Refusal:
    return Refusal(
        HTTPStatus.FORBIDDEN,
        f"Another website made this request ({header}: {shown(value)}), and no website may use the"
        f" emulator. If it is yours, add its origin to {ORIGINS_VARIABLE}.",
    )


def _listed(value: str) -> frozenset[bytes]:
    return frozenset(each.strip().lower().encode() for each in value.split(",") if each.strip())
