"""The scheduled sweep."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from checkout.bootstrap import services

logger = Logger()
tracer = Tracer()
metrics = Metrics()


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
@metrics.log_metrics
def handle(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Sweeps once and returns how often it did what."""
    done = services().sweeper().sweep()
    for what, count in done.items():
        metrics.add_metric(f"Sweep{what.title().replace(' ', '')}", MetricUnit.Count, count)
    logger.info("swept", extra={"done": dict(done)})
    return dict(done)
