"""The CORS configuration of an API: preflight requests, and the headers of its responses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
Which websites may send requests to the emulator at all: `server/cross_site.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack_host.services.apigatewayv2.answers import Answer
from localstack_host.services.apigatewayv2.invocation import Invocation

PREFIX = "access-control-"


def _configuration(invocation: Invocation) -> Mapping[str, Any]:
    return invocation.api.settings.get("CorsConfiguration") or {}


def preflight(invocation: Invocation) -> Answer | None:
    """The response to a preflight request; None for another, or without a configuration."""
    settings = _configuration(invocation)
    headers = invocation.request.headers
    asked = "Origin" in headers and "Access-Control-Request-Method" in headers
    if not settings or invocation.method != "OPTIONS" or not asked:
        return None
    answer = Answer(204)
    origin = _allowed_origin(settings, headers["Origin"])
    if origin:
        answer.headers["access-control-allow-origin"] = origin
        _add(answer, "allow-methods", _methods(settings))
        _add(answer, "allow-headers", settings.get("AllowHeaders"))
        _add(answer, "expose-headers", settings.get("ExposeHeaders"))
        _add_credentials(answer, settings)
        if settings.get("MaxAge"):
            answer.headers["access-control-max-age"] = str(settings["MaxAge"])
    return answer


def add_headers(invocation: Invocation, answer: Answer) -> None:
    """Replaces the CORS headers of a response, if the API has a configuration."""
    settings = _configuration(invocation)
    if not settings:
        return
    for name in [name for name, _ in answer.headers if name.lower().startswith(PREFIX)]:
        answer.headers.remove(name)
    origin = _allowed_origin(settings, invocation.request.headers.get("Origin", ""))
    if origin:
        answer.headers["access-control-allow-origin"] = origin
        _add(answer, "expose-headers", settings.get("ExposeHeaders"))
        _add_credentials(answer, settings)


def _allowed_origin(settings: Mapping[str, Any], origin: str) -> str | None:
    """The origin, `*`, or None if it is not allowed; `https://*` stands for all of a scheme."""
    for allowed in settings.get("AllowOrigins") or () if origin else ():
        if allowed == "*":
            return "*"
        if allowed.endswith("://*") and origin.startswith(allowed[:-1]):
            return origin
        if allowed.lower() == origin.lower():
            return origin
    return None


def _methods(settings: Mapping[str, Any]) -> list[str]:
    methods = settings.get("AllowMethods") or []
    every = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
    credentials = settings.get("AllowCredentials")
    # With credentials `*` is a method of that name: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
    return every if credentials and "*" in methods else methods


def _add(answer: Answer, name: str, values: Any) -> None:
    if values:
        answer.headers[f"{PREFIX}{name}"] = ",".join(values)


def _add_credentials(answer: Answer, settings: Mapping[str, Any]) -> None:
    if settings.get("AllowCredentials"):
        answer.headers["access-control-allow-credentials"] = "true"
