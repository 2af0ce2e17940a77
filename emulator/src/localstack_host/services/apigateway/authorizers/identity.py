"""The identity in a request: the values of an authorizer's identity sources.

https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack_host.services.apigateway.authorizers.errors import unauthorized
from localstack_host.services.regular_expressions import (
    InvalidExpression,
    RegularExpression,
)

TOKEN = "TOKEN"  # noqa: S105 - a type of authorizer
DEFAULT_SOURCE = "method.request.header.Authorization"


def values(authorizer: Mapping[str, Any], context: Any) -> tuple[str, ...]:
    """The values of the identity sources, in order. Raises 401 if one is missing or empty.

    A token must match the authorizer's validation expression, too.
    """
    sources = _sources(authorizer)
    found = tuple(value_of(source, context) for source in sources)
    if not all(found):
        raise unauthorized()
    expression = authorizer.get("identityValidationExpression")
    if authorizer.get("type") == TOKEN and expression and not matches(expression, found[0]):
        raise unauthorized()
    return found


def matches(expression: str, text: str) -> bool:
    """Whether an identity validation expression matches a whole text; one that is none does not."""
    try:
        return RegularExpression(expression).fullmatch(text) is not None
    except InvalidExpression:
        return False


def _sources(authorizer: Mapping[str, Any]) -> list[str]:
    listed = (authorizer.get("identitySource") or "").split(",")
    sources = [source.strip() for source in listed if source.strip()]
    if authorizer.get("type") == "REQUEST":
        return sources
    return sources[:1] or [DEFAULT_SOURCE]


def value_of(source: str, context: Any) -> str:
    """What a request has for `method.request.header.Auth`, or another source; empty if nothing."""
    request = context.invocation_request
    kind, _, name = source.removeprefix("method.request.").partition(".")
    if kind in ("header", "multivalueheader"):
        found: Any = request["headers"].getlist(name)
    elif kind in ("querystring", "multivaluequerystring"):
        found = (request.get("multi_value_query_string_parameters") or {}).get(name) or ()
    elif kind == "stageVariables":
        found = [(context.stage_variables or {}).get(name)]
    else:
        found = [_nested(context.context_variables, name)] if kind == "context" else ()
    texts = [str(text) for text in found if text is not None]
    return ",".join(texts) if kind.startswith("multivalue") else next(reversed(texts), "")


def _nested(variables: Any, path: str) -> Any:
    for name in path.split("."):
        variables = variables.get(name) if isinstance(variables, Mapping) else None
    return variables
