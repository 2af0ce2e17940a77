"""Which route a request takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from localstack_host.services.apigatewayv2.models import DEFAULT_ROUTE, Resource

PARAMETER = re.compile(r"\{([^{}+]+)(\+?)\}")
ANY = "ANY"
LITERAL, PARAMETRISED, GREEDY = 0, 1, 2
Rank = tuple[tuple[int, ...], bool]
Found = tuple[Resource, dict[str, str]]


def route_of(routes: Iterable[Resource], method: str, path: str) -> Found | None:
    """The route with the most specific path, then method, and the values of its parameters.

    `path` begins with a slash and is decoded. None if there is not even a default route.
    """
    parts = path.split("/")[1:]
    best: tuple[Rank, Found] | None = None
    default: Found | None = None
    for route in routes:
        key = route["RouteKey"]
        if key == DEFAULT_ROUTE:
            default = (route, {})
            continue
        own_method, _, own_path = key.partition(" ")
        if own_method not in (method, ANY):
            continue
        match = _match(own_path.split("/")[1:], parts)
        if match is None:
            continue
        rank = (match[0], own_method == ANY)
        if best is None or rank < best[0]:
            best = (rank, (route, match[1]))
    return best[1] if best else default


def _match(pattern: list[str], parts: list[str]) -> tuple[tuple[int, ...], dict[str, str]] | None:
    """How specific each part of a path that matches is, and the values of its parameters."""
    kinds: list[int] = []
    values: dict[str, str] = {}
    for position, part in enumerate(pattern):
        parameter = PARAMETER.fullmatch(part)
        if position >= len(parts) or (parameter and not parts[position]):
            return None
        if parameter and parameter[2]:
            values[parameter[1]] = "/".join(parts[position:])
            return (*kinds, GREEDY), values
        if parameter:
            values[parameter[1]] = parts[position]
        elif part != parts[position]:
            return None
        kinds.append(PARAMETRISED if parameter else LITERAL)
    return (tuple(kinds), values) if len(pattern) == len(parts) else None
