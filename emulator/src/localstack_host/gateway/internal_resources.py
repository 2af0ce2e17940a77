"""Which of LocalStack's own pages the emulator serves: those that are of use here, and no others.

They need no signature, and any program of this user may ask for them. LocalStack has more: they
show the messages of queues and topics, give out the tokens of subscriptions, start a download, end
the emulator or forget everything.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from localstack.runtime import hooks

LOG = logging.getLogger(__name__)
Handler = Callable[..., Any]
OWN = re.compile(r"/*(_aws|_localstack|_lab|_extension|_pods|moto-api|openapi\.yaml)(/|$)")
ANY = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
# What their handlers stumble over when they read a request.
NOT_READ = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True)
class Page:
    """A page that is served, by these methods, and who wants it."""

    path: str
    methods: frozenset[str]
    reason: str

    def has(self, path: str, method: str) -> bool:
        """Whether this is a request for it."""
        return method in self.methods and re.fullmatch(self.path, path) is not None


SERVED = (
    Page(r"/_localstack/health", frozenset({"GET", "HEAD"}), "whether it answers"),
    Page(r"/_localstack/info", frozenset({"GET", "HEAD"}), "LocalStack's tools ask its version"),
    Page(r"/_aws/ses", frozenset({"GET", "DELETE"}), "the mails that were sent"),
    Page(r"/_aws/execute-api/.+", ANY, "The addresses of APIs"),
    Page(r"/_aws/sns/SimpleNotificationService-\w+\.pem", frozenset({"GET"}), "SNS's signatures"),
    Page(r"/_host/calls", frozenset({"PUT", "DELETE"}), "the calls that were recorded"),
    Page(r"/_host/iam", ANY, "what roles asked for, and were refused"),
)


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def drop_what_nobody_uses() -> None:
    """The hook `localstack.hooks.on_infra_start`: a guard before the routers of pages."""
    from localstack.aws.handlers import internal, legacy

    resources: Any = internal.LocalstackResourceHandler
    resources.__call__ = only_served(resources.__call__)
    routed: Any = legacy.EdgeRouterHandler
    routed.__call__ = only_served(routed.__call__)


def only_served(serve: Handler) -> Handler:
    """`serve` for what is no page of LocalStack's own, and for those of SERVED."""

    def served(self: Any, chain: Any, context: Any, response: Any) -> None:
        path, method = context.request.path, context.request.method
        if not OWN.match(path) and not OWN.match(unquote(path)):
            serve(self, chain, context, response)
        elif not any(page.has(path, method) for page in SERVED):
            text = f"The emulator has no page {path[:200]} for {method}."
            chain.respond(HTTPStatus.NOT_FOUND, {"message": text})
        elif path.startswith("/_aws/execute-api/"):  # somebody's API, not a page
            serve(self, chain, context, response)
        else:
            _serve_if_readable(serve, self, chain, context, response)

    return served


def _serve_if_readable(serve: Handler, self: Any, chain: Any, context: Any, response: Any) -> None:
    try:
        serve(self, chain, context, response)
    except NOT_READ as error:
        LOG.info("Refused, because the page cannot read it: %.500r", error)
        text = f"The page {context.request.path} cannot read this request: {error!r:.300}"
        chain.respond(HTTPStatus.BAD_REQUEST, {"message": text})
