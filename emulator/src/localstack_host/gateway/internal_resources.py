"""The internal pages that the emulator serves: those that are useful here, and no others.

They require no signature, so any program of this user can request them. LocalStack has others: they
show the messages of queues and topics and the tokens of subscriptions, start a download, end the
emulator or reset its state.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

LOG = logging.getLogger(__name__)
Handler = Callable[..., Any]
INTERNAL_PATH = "/_localstack"
OPERATION = "X-Amz-Target"
OWN = re.compile(r"/*(_aws|_localstack|_lab|_extension|_pods|moto-api|openapi\.yaml)(/|$)")
ANY = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
# Errors that the handlers of pages raise for invalid requests.
INVALID_REQUEST_ERRORS = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
)


@dataclass(frozen=True)
class Page:
    """A page that is served, with these methods, and the reason why."""

    path: str
    methods: frozenset[str]
    reason: str

    def has(self, path: str, method: str) -> bool:
        """Whether a request is for this page. A path may contain a line feed (%0A)."""
        return method in self.methods and bool(re.fullmatch(self.path, path, re.DOTALL))


SERVED = (
    Page(r"/_localstack/health", frozenset({"GET", "HEAD"}), "whether it answers"),
    Page(r"/_localstack/info", frozenset({"GET", "HEAD"}), "LocalStack's tools ask its version"),
    Page(r"/_aws/ses", frozenset({"GET", "DELETE"}), "the mails that were sent"),
    Page(r"/_aws/execute-api/.+", ANY, "The addresses of APIs"),
    Page(r"/_aws/sns/SimpleNotificationService-\w+\.pem", frozenset({"GET"}), "SNS's signatures"),
    Page(r"/_host/calls", frozenset({"PUT", "DELETE"}), "the calls that were recorded"),
    Page(r"/_host/decisions", frozenset({"PUT", "DELETE"}), "what policies were asked"),
    Page(r"/_host/dynamodb", ANY, "what of AWS's DynamoDB is switched on"),
    Page(r"/_host/ses", ANY, "whether SES plays the sandbox"),
    Page(r"/_host/state", frozenset({"GET", "POST"}), "what was loaded, and a save"),
    Page(r"/_host/iam", ANY, "what roles asked for, and were refused"),
)


def is_internal(request: Any) -> bool:
    """Whether a request may be for an internal page; the handler would also read all others."""
    return bool(request.path.startswith(INTERNAL_PATH))


def may_be_a_page(request: Any) -> bool:
    """False for AWS operations, which JSON protocols name in a header of a POST to the root.

    https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
    """
    return OPERATION not in request.headers or request.path != "/"


def serve(original: Handler, pages: Any, chain: Any, context: Any, response: Any) -> None:
    """Serves a request with `original`, unless it is for an internal page that is not in SERVED."""
    path, method = context.request.path, context.request.method
    if not OWN.match(path) and not OWN.match(unquote(path)):
        original(pages, chain, context, response)
    elif not any(page.has(path, method) for page in SERVED):
        text = f"The emulator has no page {path[:200]} for {method}."
        chain.respond(HTTPStatus.NOT_FOUND, {"message": text})
    elif path.startswith("/_aws/execute-api/"):  # somebody's API, not a page
        original(pages, chain, context, response)
    else:
        _serve_if_readable(original, pages, chain, context, response)


def _serve_if_readable(
    original: Handler, pages: Any, chain: Any, context: Any, response: Any
) -> None:
    try:
        original(pages, chain, context, response)
    except INVALID_REQUEST_ERRORS as error:
        LOG.info("Refused: the page cannot read the request: %.500r", error)
        text = f"The page {context.request.path} cannot read this request: {error!r:.300}"
        chain.respond(HTTPStatus.BAD_REQUEST, {"message": text})
