"""How the resources of HTTP APIs are created, changed and described, by the API's own model.

What a request may set of a resource is what the request and the description of the resource have in
common. So new members of the model are stored without a change here.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from functools import cache
from typing import Any

from localstack.aws.spec import load_service

SERVICE = "apigatewayv2"
LETTERS = string.ascii_lowercase + string.digits
# Maps of which a change names single entries; one with an empty value is removed.
MERGED = frozenset(
    {
        "RequestModels",
        "RequestParameters",
        "ResponseParameters",
        "RouteSettings",
        "StageVariables",
    }
)


def new_id(length: int = 7) -> str:
    """An ID of a resource; APIs have ten characters."""
    first = secrets.choice(string.ascii_lowercase)
    return first + "".join(secrets.choice(LETTERS) for _ in range(length - 1))


@cache
def model() -> Any:
    """The API's model (botocore's)."""
    return load_service(SERVICE)


@cache
def _settable(operation: str) -> frozenset[str]:
    """The members of a request that a description of the resource has, too."""
    found = model().operation_model(operation)
    return frozenset(found.input_shape.members) & frozenset(found.output_shape.members)


def created(kind: str, request: Mapping[str, Any], **own: Any) -> dict[str, Any]:
    """A new resource of a kind, such as `Route`; `own` is what the service itself says of it."""
    settable = _settable(f"Create{kind}")
    given = {name: request[name] for name in settable if _is_given(request.get(name))}
    return own | given


def changed(kind: str, resource: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """A resource after an update: what the request has, and the rest as it was.

    An empty text, or a structure without members, removes a setting.
    """
    result = dict(resource)
    for name in _settable(f"Update{kind}"):
        value = request.get(name)
        if value is None:
            continue
        if name in MERGED:
            entries = {**(resource.get(name) or {}), **value}
            value = {key: entry for key, entry in entries.items() if entry not in ("", None, {})}
            result[name] = value
        elif value in ("", {}):
            result.pop(name, None)
        else:
            result[name] = value
    return result


def _is_given(value: Any) -> bool:
    return value not in (None, "", {})
