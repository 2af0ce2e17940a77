"""The scheduled sweep."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer

from checkout import metrics
from checkout.bootstrap import services

logger = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handle(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Sweeps once and returns how often it did what."""
    s = services()
    done = s.sweeper().sweep()
    for what, times in done.items():
        metrics.count(f"Sweep{what.title().replace(' ', '')}", s.settings.environment, times)
    logger.info("swept", extra={"done": dict(done)})
    return dict(done)
