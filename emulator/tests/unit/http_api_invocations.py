"""Requests to an HTTP API, for tests without an emulator."""

from __future__ import annotations

from typing import Any

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from localstack_host.services.apigatewayv2.gateway import invocation_of
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Api


def invocation(path: str = "/things/7", stage: str = "$default", **request: Any) -> Invocation:
    """A request that the route `GET /things/{id}` takes."""
    made = Request(EnvironBuilder(path=path, **request).get_environ())
    stages: dict[str, Any] = {stage: {"StageName": stage, "StageVariables": {"colour": "blue"}}}
    api = Api("000000000000", "us-east-2", {"ApiId": "a1"}, stages=stages)
    found = invocation_of(made, api)
    assert found is not None
    found.route = {"RouteKey": "GET /things/{id}"}
    found.path_parameters = {"id": "7"}
    return found
