"""The content type of a response, chosen once for each pair of headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

HEADERS = 256  # cached pairs of headers


def cached_by_headers(choose: Callable[..., str]) -> Callable[..., str]:
    """Caches `choose` by the class of the serializer and the two headers."""

    @lru_cache(HEADERS)
    def cached(kind: Callable[[], Any], accept: str | None, content_type: str | None) -> str:
        values = {"Accept": accept, "Content-Type": content_type}
        return choose(kind(), {name: value for name, value in values.items() if value is not None})

    def chosen(serializer: Any, headers: Any) -> str:
        values = headers or {}
        kind: Any = type(serializer)
        return cached(kind, values.get("Accept"), values.get("Content-Type"))

    return chosen
