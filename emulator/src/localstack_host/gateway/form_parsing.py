"""Forms are read in time that grows with their length.

LocalStack looks at all parameters of a list for each of its members: thousands of entries take
seconds, in which nothing else is answered. And werkzeug reads the parameters of a part's header in
time that grows with the square of its length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge

LONGEST_HEADER = 16 * 1024  # bytes of the header of one part; a browser sends a hundred


class Parameters(dict[str, Any]):
    """Parameters of one level of a form, grouped by the first parts of their names when asked."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._groups: dict[int, Mapping[str, dict[str, Any]]] = {}

    def below(self, name: str) -> Parameters | None:
        """Those whose names begin with `name` and a dot, without these; None if there are none."""
        dots = name.count(".")
        if dots not in self._groups:
            self._groups[dots] = self._grouped(dots + 1)
        found = self._groups[dots].get(name)
        return Parameters(found) if found else None

    def _grouped(self, length: int) -> Mapping[str, dict[str, Any]]:
        groups: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, value in self.items():
            parts = name.split(".", length)
            rest = parts[length] if len(parts) > length else ""
            groups[".".join(parts[:length])][rest] = value
        return dict(groups)


def grouped(original: Callable[..., dict[str, Any] | None]) -> Callable[..., Parameters | None]:
    """In the place of `original`, which looks at all parameters whenever one is looked for."""

    def filtered(name: str, node: Mapping[str, Any]) -> Parameters | None:
        if isinstance(node, Parameters):
            return node.below(name)
        found = original(name, node)  # the whole form: once for each parameter of an operation
        return Parameters(found) if found else None

    return filtered


def require_short_header(data: bytes) -> None:
    """Refuses the header of a part that would take long to parse."""
    if len(data) > LONGEST_HEADER:
        text = f"The header of a part has {len(data)} bytes; {LONGEST_HEADER} are allowed."
        raise RequestEntityTooLarge(text)
