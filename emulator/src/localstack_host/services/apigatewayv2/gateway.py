"""Serves requests to HTTP APIs: from the address to the response, its log and its metrics."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from werkzeug.datastructures import Headers

from localstack_host.localstack_api import Response
from localstack_host.services.apigatewayv2 import authorizers, cors, integrations, reports, settings
from localstack_host.services.apigatewayv2.answers import Answer
from localstack_host.services.apigatewayv2.errors import Refused, failed, no_route
from localstack_host.services.apigatewayv2.invocation import PATH_FORM, Invocation
from localstack_host.services.apigatewayv2.matching import route_of
from localstack_host.services.apigatewayv2.models import DEFAULT_STAGE, Api, Deployment

WITHOUT_BODY = (204, 304)  # RFC 9110, section 6.4.1
LOG = logging.getLogger(__name__)


def serve(request: Any, api: Api) -> Response:
    """The response to a request to an API."""
    invocation = invocation_of(request, api)
    if invocation is None:
        return _response(_refusal(no_route()))
    began = time.perf_counter()
    answer = _answer(invocation)
    answer.headers["apigw-requestid"] = invocation.id
    reports.answered(invocation, answer, (time.perf_counter() - began) * 1000)
    return _response(answer)


def invocation_of(request: Any, api: Api) -> Invocation | None:
    """The request, at its stage: the one that its path begins with, or the default stage."""
    path = str(request.path)
    by_path = path.startswith(PATH_FORM)
    path = path[len(PATH_FORM) :].partition("/")[2] if by_path else path[1:]
    name, _, rest = path.partition("/")
    if name in api.stages and (by_path or name != DEFAULT_STAGE):
        return Invocation(api, request, api.stages[name], f"/{rest}")
    if DEFAULT_STAGE in api.stages:
        return Invocation(api, request, api.stages[DEFAULT_STAGE], f"/{path}")
    return None


def _answer(invocation: Invocation) -> Answer:
    if invocation.api.settings.get("DisableExecuteApiEndpoint"):
        return _refusal(no_route())
    preflight = cors.preflight(invocation)
    if preflight:
        return preflight
    try:
        answer = _of_route(invocation)
    except Refused as refused:
        invocation.error = refused.message
        if refused.why:
            LOG.info("%s to %s: %s", invocation.method, invocation.source_arn(), refused.why)
        answer = _refusal(refused)
    except Exception:
        LOG.exception("A request to the HTTP API %s failed", invocation.api.id)
        answer = _refusal(failed("a fault of the emulator"))
    cors.add_headers(invocation, answer)
    return answer


def _of_route(invocation: Invocation) -> Answer:
    deployment = invocation.api.deployed(invocation.stage_name)
    if deployment is None:
        raise no_route()
    _select(invocation, deployment)
    settings.throttle(invocation)
    authorizers.authorize(invocation, deployment.authorizers)
    target = str(invocation.route.get("Target") or "").removeprefix("integrations/")
    integration = deployment.integrations.get(target)
    if integration is None:
        raise failed("The route has no integration")
    began = time.monotonic()
    try:
        return integrations.ask(integration, invocation)
    except Refused as refused:
        invocation.integration_error = refused.told
        raise
    finally:
        invocation.integration_latency_ms = int((time.monotonic() - began) * 1000)


def _select(invocation: Invocation, deployment: Deployment) -> None:
    found = route_of(deployment.routes.values(), invocation.method, invocation.path)
    if found is None:
        raise no_route()
    invocation.route, invocation.path_parameters = found


def _refusal(refused: Refused) -> Answer:
    body = json.dumps({"message": refused.message}, separators=(",", ":"))
    headers = {"content-type": "application/json", **refused.headers}
    return Answer(refused.status, Headers(list(headers.items())), body.encode())


def _response(answer: Answer) -> Response:
    body = b"" if answer.status in WITHOUT_BODY else answer.body
    response = Response(body, answer.status)
    response.headers.clear()
    response.headers.extend(answer.headers)
    response.headers["Content-Length"] = str(len(body))
    return response
