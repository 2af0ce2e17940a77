"""Paths that may lead to several places, such as `$.items[*].name`.

AWS answers such a path with an array, however many values there are. LocalStack gives the value
itself if there is one, and fails without any.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonpath_ng.jsonpath import Descendants, Fields, Index, Slice, This, Wildcard

FILTER = "Filter"  # of jsonpath_ng's extension, which has a module of its own for it
ALL = "*"


class ManyPlaces:
    """A parsed path that may lead to several places."""

    def __init__(self, path: Any) -> None:
        self._path = path

    def find(self, data: Any) -> list[Any]:
        """The values; LocalStack makes an array of them if the first is an item of one."""
        found: list[Any] = self._path.find(data)
        if found:
            first = found[0]
            found[0] = type(first)(first.value, path=Index(0), context=None)
        return found


def with_many_places(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """`parse`, with a ManyPlaces for each path that is one."""

    def parsed(path: str) -> Any:
        found = parse(path)
        return ManyPlaces(found) if _is_many(found) else found

    return parsed


def _is_many(path: Any) -> bool:
    if isinstance(path, (Descendants, Slice, Wildcard)) or type(path).__name__ == FILTER:
        return True
    if isinstance(path, Index):
        return len(path.indices) > 1
    if isinstance(path, Fields):
        return ALL in path.fields
    parts = (getattr(path, name, This()) for name in ("left", "right"))
    return any(_is_many(part) for part in parts if not isinstance(part, This))
