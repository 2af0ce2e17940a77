"""The metrics of REST APIs, which LocalStack has not.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import Dimensions, record

NAMESPACE = "AWS/ApiGateway"
COUNT, MILLISECONDS = "Count", "Milliseconds"
ALL_METHODS = "*/*"

Value = tuple[str, float, str]


def answered(context: Any, status: int, latency_ms: float, integration_ms: float | None) -> None:
    """Records a request to a stage that was answered.

    `context` is LocalStack's, `integration_ms` the time of the integration; None without one.
    """
    if not (context.deployment and context.stage):
        return
    place = (context.account_id, context.region, NAMESPACE)
    for dimensions in _dimensions(context):
        for metric, value, unit in _values(status, latency_ms, integration_ms):
            record(place, metric, dimensions, value, unit)


def _values(status: int, latency_ms: float, integration_ms: float | None) -> Iterator[Value]:
    """Errors have a zero for each request without one: their average is the error rate."""
    yield "Count", 1.0, COUNT
    yield "4XXError", float(400 <= status < 500), COUNT
    yield "5XXError", float(status >= 500), COUNT
    yield "Latency", float(round(latency_ms)), MILLISECONDS
    if integration_ms is not None:
        yield "IntegrationLatency", float(round(integration_ms)), MILLISECONDS


def _dimensions(context: Any) -> Iterator[Dimensions]:
    """The API; the API and its stage; and the method, if the stage has detailed metrics for it."""
    api = ("ApiName", str(context.deployment.rest_api.rest_api["name"]))
    stage = ("Stage", str(context.stage))
    yield (api,)
    yield (api, stage)
    resource, method = context.resource, context.resource_method
    if resource and method and _has_detailed_metrics(context, resource["path"]):
        name = method.get("httpMethod") or context.invocation_request["http_method"]
        yield (api, stage, ("Resource", resource["path"]), ("Method", str(name)))


def _has_detailed_metrics(context: Any, path: str) -> bool:
    settings = (context.stage_configuration or {}).get("methodSettings") or {}
    name = context.invocation_request["http_method"]
    escaped = path.lstrip("/").replace("/", "~1")
    for key in (f"{escaped}/{name}", f"~1{escaped}/{name}", ALL_METHODS):
        if key in settings:
            return bool(settings[key].get("metricsEnabled"))
    return False
