"""The URLs of functions: CORS, cookies, and the status of what went wrong.

LocalStack stores the settings of CORS, drops cookies, and answers 500 to a request that is
throttled. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors and
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from localstack.aws.api.lambda_ import TooManyRequestsException

from localstack_host.localstack_api import Response

ANY = "*"
PREFLIGHT = "Access-Control-Request-Method"


def preflight(url: Any, request: Any) -> Response | None:
    """The response to a preflight request, which is not the function's; None: it is another one."""
    cors = url.cors
    if not cors or request.method != "OPTIONS" or PREFLIGHT not in request.headers:
        return None
    response = Response(status=HTTPStatus.OK)
    if _add_origin(response, cors, request):
        for header, name in (("Methods", "AllowMethods"), ("Headers", "AllowHeaders")):
            if values := cors.get(name):
                response.headers[f"Access-Control-Allow-{header}"] = ",".join(values)
        if "MaxAge" in cors:
            response.headers["Access-Control-Max-Age"] = str(cors["MaxAge"])
    return response


def respond(url: Any, request: Any, serve: Callable[[], Response]) -> Response:
    """Invokes the function by `serve`; adds the headers of CORS."""
    try:
        response = serve()
    except TooManyRequestsException as error:
        response = _throttled(error)
    cors = url.cors or {}
    exposed = cors.get("ExposeHeaders")
    if _add_origin(response, cors, request) and exposed:
        response.headers["Access-Control-Expose-Headers"] = ",".join(exposed)
    return response


def event_with_cookies(original: Callable[..., Any], api_id: str, request: Any) -> Any:
    """LocalStack's event, with the request's cookies one by one."""
    event = original(api_id, request)
    if header := request.headers.get("Cookie"):
        event["cookies"] = [cookie.strip() for cookie in header.split(";")]
    return event


def response_with_cookies(original: Callable[..., Response], result: Any) -> Response:
    """LocalStack's response, with the function's cookies; 502 for a status that is none."""
    try:
        response = original(result)
    except (TypeError, ValueError):
        return Response("Internal Server Error", HTTPStatus.BAD_GATEWAY)
    with suppress(ValueError, TypeError):
        returned = json.loads(result.payload)
        for cookie in returned.get("cookies") or [] if isinstance(returned, dict) else []:
            response.headers.add("Set-Cookie", cookie)
    return response


def _throttled(error: TooManyRequestsException) -> Response:
    body = {"Reason": error.Reason, "Type": "User", "message": error.message}
    response = Response(json.dumps(body), HTTPStatus.TOO_MANY_REQUESTS, mimetype="application/json")
    response.headers["x-amzn-ErrorType"] = "TooManyRequestsException"
    return response


def _add_origin(response: Response, cors: Mapping[str, Any], request: Any) -> bool:
    """Adds what allows the request's origin; returns whether it is allowed."""
    origin, allowed = request.headers.get("Origin"), cors.get("AllowOrigins") or []
    if origin is None or (origin not in allowed and ANY not in allowed):
        return False
    credentials = cors.get("AllowCredentials")
    any_origin = ANY in allowed and not credentials
    response.headers["Access-Control-Allow-Origin"] = ANY if any_origin else origin
    response.headers["Vary"] = "Origin"
    if credentials:
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return True
