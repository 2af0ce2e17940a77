"""What is told of a request that was answered: a line in the access log, and metrics.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.apigateway import access_logs
from localstack_host.services.apigateway.metrics import COUNT, MILLISECONDS, NAMESPACE
from localstack_host.services.apigatewayv2.answers import Answer
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.settings import settings_of
from localstack_host.services.apigatewayv2.values import context_of
from localstack_host.services.cloudwatch.metric_delivery import Dimensions, Row, record_all

# Errors have a zero for each request without one: their average is the error rate.
METRICS: tuple[tuple[str, str], ...] = (
    ("Count", COUNT),
    ("4xx", COUNT),
    ("5xx", COUNT),
    ("DataProcessed", "Bytes"),
    ("Latency", MILLISECONDS),
)
WITH_INTEGRATION: tuple[tuple[str, str], ...] = (*METRICS, ("IntegrationLatency", MILLISECONDS))


def answered(invocation: Invocation, answer: Answer, latency_ms: float) -> None:
    """Writes a line if the stage has a log, and records the metrics."""
    settings = invocation.stage.get("AccessLogSettings") or {}
    arn, template = settings.get("DestinationArn"), settings.get("Format")
    if arn and template:
        values = _values(invocation, answer, latency_ms)
        place = f"{invocation.api.id}/{invocation.stage_name}"
        access_logs.write(arn, template, values, place, as_role=False)
    _record(invocation, answer, latency_ms)


def _values(invocation: Invocation, answer: Answer, latency_ms: float) -> dict[str, Any]:
    status, latency = invocation.integration_status, invocation.integration_latency_ms
    integration = {"status": status, "integrationStatus": status, "latency": latency}
    error = invocation.integration_error or None
    return {
        **context_of(invocation),
        "dataProcessed": len(answer.body) + len(invocation.body),
        "status": answer.status,
        "responseLength": len(answer.body),
        "responseLatency": round(latency_ms),
        "integration": {**integration, "error": error},
        "integrationErrorMessage": error,
        "integrationLatency": latency,
        "integrationStatus": status,
    }


def _record(invocation: Invocation, answer: Answer, latency_ms: float) -> None:
    place = (invocation.api.account, invocation.api.region, NAMESPACE)
    status = answer.status
    errors = (float(400 <= status < 500), float(status >= 500))
    processed = float(len(answer.body) + len(invocation.body))
    row: Row = (1.0, *errors, processed, float(round(latency_ms)))
    metrics = METRICS
    if invocation.integration_latency_ms is not None:
        row, metrics = (*row, float(invocation.integration_latency_ms)), WITH_INTEGRATION
    record_all(place, tuple(_dimensions(invocation)), metrics, row)


def _dimensions(invocation: Invocation) -> Iterator[Dimensions]:
    """The API; the API and its stage; and the route, if the stage has detailed metrics for it."""
    api, stage = ("ApiId", invocation.api.id), ("Stage", invocation.stage_name)
    yield (api,)
    yield (api, stage)
    if invocation.route_key and settings_of(invocation).get("DetailedMetricsEnabled"):
        method, _, path = invocation.route_key.rpartition(" ")
        yield (api, stage, ("Method", method or invocation.method), ("Resource", path))
