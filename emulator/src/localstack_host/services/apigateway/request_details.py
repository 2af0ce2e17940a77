"""What API Gateway says of a request, and what it validates of one.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

JSON = "application/json"
DEFAULT_MODEL = "$default"
LOG_TIME = "%d/%b/%Y:%H:%M:%S %z"
PREFIX = "method.request."


def request_time(time: datetime, **_format: Any) -> str:
    """When a request was received, in the format of logs: LocalStack's has no time zone."""
    return time.astimezone(UTC).strftime(LOG_TIME)


def set_proxy_headers(headers: Any, request: Any) -> None:
    """Sets whose request it is, and by which scheme it came: LocalStack says HTTP."""
    headers.set("X-Forwarded-For", request.remote_addr)
    headers.set("X-Forwarded-Port", request.environ.get("SERVER_PORT"))
    headers.set("X-Forwarded-Proto", request.environ.get("wsgi.url_scheme") or "http")


def missing_parameters(method: Mapping[str, Any], request: Mapping[str, Any]) -> list[str]:
    """The required parameters that a request lacks, or that are blank."""
    required = sorted(
        name for name, wanted in (method.get("requestParameters") or {}).items() if wanted
    )
    return list(_missing(required, request))


def validating_models_of_the_media_type(is_valid: Callable[..., bool]) -> Callable[..., bool]:
    """Wraps the validation of a body: one of a media type without a model is not validated.

    A body that does not say what it is, is JSON.
    """

    def is_body_valid(method: Mapping[str, Any], rest_api: Any, request: Mapping[str, Any]) -> bool:
        models = method.get("requestModels") or {}
        media_type = (request["headers"].get("Content-Type") or JSON).partition(";")[0].strip()
        model = models.get(media_type.lower()) or models.get(DEFAULT_MODEL)
        if models and not model:
            return True
        chosen = {**method, "requestModels": {JSON: model} if model else {}}
        return is_valid(chosen, rest_api, request)

    return is_body_valid


def _missing(required: list[str], request: Mapping[str, Any]) -> Iterator[str]:
    places = {
        "header": request.get("headers") or {},
        "path": request.get("path_parameters") or {},
        "querystring": request.get("query_string_parameters") or {},
    }
    for parameter in required:
        place, _, name = parameter.removeprefix(PREFIX).partition(".")
        if place in places and not places[place].get(name):
            yield name
