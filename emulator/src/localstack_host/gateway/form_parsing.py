"""Parses forms in linear time.

LocalStack scans all parameters of a list for each of its members: thousands of entries take
seconds, in which no other request is served. werkzeug parses the parameters of a part's header in
quadratic time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge

LONGEST_HEADER = 16 * 1024  # bytes of the header of one part; a browser sends a hundred


class Parameters(dict[str, Any]):
    """Parameters of one level of a form, grouped on demand by the first parts of their names."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._groups: dict[int, Mapping[str, dict[str, Any]]] = {}

    def below(self, name: str) -> Parameters | None:
        """The parameters below `name`, without this prefix and its dot; None if there are none."""
        dots = name.count(".")
        if dots not in self._groups:
            self._groups[dots] = self._grouped(dots + 1)
        group = self._groups[dots].get(name)
        return Parameters(group) if group else None

    def _grouped(self, length: int) -> Mapping[str, dict[str, Any]]:
        groups: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, value in self.items():
            parts = name.split(".", length)
            rest = parts[length] if len(parts) > length else ""
            groups[".".join(parts[:length])][rest] = value
        return dict(groups)


def grouped(original: Callable[..., dict[str, Any] | None]) -> Callable[..., Parameters | None]:
    """Replaces `original`, which scans all parameters for each one that it looks up."""

    def filtered(name: str, node: Mapping[str, Any]) -> Parameters | None:
        if isinstance(node, Parameters):
            return node.below(name)
        parameters = original(name, node)  # the whole form: once for each parameter of an operation
        return Parameters(parameters) if parameters else None

    return filtered


def require_short_header(data: bytes) -> None:
    """Refuses a header of a part that would take long to parse."""
    if len(data) > LONGEST_HEADER:
        text = f"The header of a part has {len(data)} bytes; {LONGEST_HEADER} are allowed."
        raise RequestEntityTooLarge(text)
