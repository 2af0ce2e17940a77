"""API Gateway, whose actions are HTTP methods and whose resources are paths.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import quote

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

VERSION = "/v2"
PART = re.compile(r"\{([^}]+)\}")
# A new one with tags is tagged by a request to another path.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-iam-policy.html
TAGGED = "/tags/*"
POLICY = "UpdateRestApiPolicy"
POLICIES = ("CreateRestApi", "ImportRestApi", "PutRestApi", "UpdateRestApi")


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission for the method on the path."""
    return _needs("apigateway", operation, params, place)


def needs_of_http_apis(operation: str, params: Params, place: Place) -> Permissions | None:
    """The same for HTTP APIs, whose paths in ARNs have no version."""
    return _needs("apigatewayv2", operation, params, place)


def _needs(service: str, operation: str, params: Params, place: Place) -> Permissions | None:
    http = _http(service, operation)
    if http is None:
        return None
    path = PART.sub(lambda part: _value(service, operation, part[1], params), http["requestUri"])
    path = path.partition("?")[0].removeprefix(VERSION)
    found = [Permission(f"apigateway:{http['method']}", _arn(path, place))]
    if (params.get("tags") or params.get("Tags")) and operation.startswith("Create"):
        found.append(Permission("apigateway:PUT", _arn(TAGGED, place)))
    if operation in POLICIES and _sets_policy(params):
        found.append(Permission(f"apigateway:{POLICY}", _arn(path, place)))
    return found


def _arn(path: str, place: Place) -> str:
    return f"arn:{place.partition}:apigateway:{place.region}::{path}"


def _sets_policy(params: Params) -> bool:
    changes = params.get("patchOperations") or ()
    return bool(params.get("policy")) or any(c.get("path") == "/policy" for c in changes)


def _value(service: str, operation: str, place: str, params: Params) -> str:
    members: Any = _model(service).operation_model(operation).input_shape.members
    plain = place.removesuffix("+")
    names = (n for n, shape in members.items() if shape.serialization.get("name", n) == plain)
    return quote(str(params[next(names)]), safe="$")


def _http(service: str, operation: str) -> Any:
    model = _model(service)
    known = operation in model.operation_names
    return model.operation_model(operation).http if known else None


@cache
def _model(service: str) -> Any:
    from localstack.aws.spec import load_service

    return load_service(service)
