"""The metrics of REST APIs, which LocalStack has not.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import Dimensions, Row, record_all

NAMESPACE = "AWS/ApiGateway"
COUNT, MILLISECONDS = "Count", "Milliseconds"
ALL_METHODS = "*/*"

# Errors have a zero for each request without one: their average is the error rate.
METRICS = (
    ("Count", COUNT),
    ("4XXError", COUNT),
    ("5XXError", COUNT),
    ("Latency", MILLISECONDS),
)
WITH_INTEGRATION = (*METRICS, ("IntegrationLatency", MILLISECONDS))


def answered(context: Any, status: int, latency_ms: float, integration_ms: float | None) -> None:
    """Records a request to a stage that was answered.

    `context` is LocalStack's, `integration_ms` the time of the integration; None without one.
    """
    if not (context.deployment and context.stage):
        return
    place = (context.account_id, context.region, NAMESPACE)
    errors = (float(400 <= status < 500), float(status >= 500))
    row: Row = (1.0, *errors, float(round(latency_ms)))
    if integration_ms is None:
        record_all(place, tuple(_dimensions(context)), METRICS, row)
    else:
        row = (*row, float(round(integration_ms)))
        record_all(place, tuple(_dimensions(context)), WITH_INTEGRATION, row)


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
