"""The content type of a response, chosen once for each pair of headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

HEADERS = 256  # cached pairs of headers


def cached_by_headers(choose: Callable[..., str]) -> Callable[..., str]:
    """Caches `choose` by the class of the serializer and the two headers."""

    @lru_cache(HEADERS)
    def kept(kind: Callable[[], Any], accept: str | None, content_type: str | None) -> str:
        given = {"Accept": accept, "Content-Type": content_type}
        return choose(kind(), {name: value for name, value in given.items() if value is not None})

    def chosen(serializer: Any, headers: Any) -> str:
        given = headers or {}
        kind: Any = type(serializer)
        return kept(kind, given.get("Accept"), given.get("Content-Type"))

    return chosen
