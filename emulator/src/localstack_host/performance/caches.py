"""What LocalStack and moto work out again for every request, worked out once.

Each is a pure function of something that does not change: the methods of a class, the content type
for an Accept header, whether a request can be for one of LocalStack's own pages or for a page that
somebody made with it (an API's, a bucket's).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from localstack.runtime import hooks

INTERNAL_PATH = "/_localstack"
OPERATION = "X-Amz-Target"
HEADERS = 256  # different Accept headers that are remembered


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def take_shortcuts() -> None:
    """The hook `localstack.hooks.on_infra_start`: puts all of them in place."""
    from localstack.aws.handlers.internal import LocalstackResourceHandler
    from localstack.aws.handlers.legacy import EdgeRouterHandler
    from localstack.aws.protocol.serializer import ResponseSerializer
    from moto.core import responses

    methods: Any = responses
    methods.method_names_from_class = cache(methods.method_names_from_class)
    serializer: Any = ResponseSerializer
    serializer._get_mime_type = by_headers(serializer._get_mime_type)
    pages: Any = LocalstackResourceHandler
    pages.__call__ = only_for_internal_paths(pages.__call__)
    routes: Any = EdgeRouterHandler
    routes.__call__ = not_for_operations(routes.__call__)


def by_headers(choose: Callable[..., str]) -> Callable[..., str]:
    """`choose` with its choices kept, by the class of the serializer and the two headers."""

    @lru_cache(HEADERS)
    def kept(kind: Callable[[], Any], accept: str | None, content_type: str | None) -> str:
        given = {"Accept": accept, "Content-Type": content_type}
        return choose(kind(), {name: value for name, value in given.items() if value is not None})

    def chosen(serializer: Any, headers: Any) -> str:
        given = headers or {}
        kind: Any = type(serializer)
        return kept(kind, given.get("Accept"), given.get("Content-Type"))

    return chosen


def only_for_internal_paths(serve: Callable[..., None]) -> Callable[..., None]:
    """`serve` for the paths that LocalStack's own pages have; for others it would find nothing."""

    def handler(self: Any, chain: Any, context: Any, response: Any) -> None:
        if context.request.path.startswith(INTERNAL_PATH):
            serve(self, chain, context, response)

    return handler


def not_for_operations(serve: Callable[..., None]) -> Callable[..., None]:
    """`serve` for what may be a page: a request that names an AWS operation is none.

    AWS's JSON protocols name it in this header and post to the root,
    https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
    """

    def handler(self: Any, chain: Any, context: Any, response: Any) -> None:
        request = context.request
        if OPERATION not in request.headers or request.path != "/":
            serve(self, chain, context, response)

    return handler
