"""The interface between the server and its applications: PEP 3333."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environment = dict[str, Any]
Application = Callable[[Environment, Any], Iterable[bytes]]
Header = tuple[str, str]

LENGTH, TYPE = "CONTENT_LENGTH", "CONTENT_TYPE"
OWN_NAMES = frozenset({LENGTH, TYPE})  # the others begin with HTTP_


def variable_of(name: bytes) -> str:
    """The name of a header's variable."""
    variable = name.decode("latin-1").upper().replace("-", "_")
    return variable if variable in OWN_NAMES else f"HTTP_{variable}"


def variables(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers as variables; the values of a repeated header are joined with commas.

    A name with an underscore is left out: it would be confused with the one with a hyphen.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if b"_" in name:
            continue
        variable, text = variable_of(name), value.decode("latin-1")
        found[variable] = f"{found[variable]},{text}" if variable in found else text
    return found
