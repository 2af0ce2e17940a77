"""What is counted and timed of the business, written to the log in CloudWatch's embedded format.

`METRICS` is the one list of the checkout's own metrics. Terraform's dashboard and alarms read them
by these names, and a test holds the two together.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)


@dataclass(frozen=True)
class Metric:
    """A metric, and its dimensions besides `environment`: AWS bills for each combination."""

    name: str
    unit: MetricUnit = MetricUnit.Count
    dimensions: tuple[str, ...] = ()


ORDERS_ACCEPTED = Metric("OrdersAccepted")
ORDERS_CONFIRMED = Metric("OrdersConfirmed")
ORDERS_REJECTED = Metric("OrdersRejected", dimensions=("reason",))
ORDERS_FAILED = Metric("OrdersFailed")

REVENUE = Metric("Revenue", MetricUnit.NoUnit, ("currency",))
"""Totals of confirmed orders, in minor units (cents)."""

REFUNDS = Metric("Refunds", MetricUnit.NoUnit, ("currency",))
"""Captured money that went back, in minor units."""

UNITS_HELD = Metric("UnitsHeld")
"""Pieces of any product that orders reserved."""

STOCK_LEFT = Metric("StockLeft")
"""Pieces left of the scarcest product of an order. Its minimum is what sells out next."""

STOCK_LOW = Metric("StockLow")
"""Products that fell to their threshold."""

STEP_DURATION = Metric("StepDuration", MetricUnit.Milliseconds, ("step",))
"""How long one attempt at a step of the workflow took in its function."""

STEP_REJECTIONS = Metric("StepRejections", dimensions=("step",))
"""Steps that ended with a reason of the customer's or the shop's. Lambda counts an error each."""

SWEPT = Metric("Swept", dimensions=("outcome",))
"""The sweeper's actions for unfinished orders and reservations."""

WRONG_ROWS = Metric("WrongRows")
"""The number of reads of an invalid row or setting. The log names it."""

NOT_GIVEN_BACK = Metric("NotGivenBack")
"""What an order held and could not be released. The log has the details."""

METRICS = (
    *(ORDERS_ACCEPTED, ORDERS_CONFIRMED, ORDERS_REJECTED, ORDERS_FAILED),
    *(REVENUE, REFUNDS),
    *(UNITS_HELD, STOCK_LEFT, STOCK_LOW),
    *(STEP_DURATION, STEP_REJECTIONS),
    *(SWEPT, WRONG_ROWS, NOT_GIVEN_BACK),
)


def put(metric: Metric, environment: str, value: float = 1, **dimensions: str) -> None:
    """Writes one value. Raises KeyError if a dimension of the metric is missing."""
    # Powertools would add the function as a dimension: an order ends in one of two functions.
    line = AmazonCloudWatchEMFProvider(service="")
    line.add_dimension("environment", environment)
    for name in metric.dimensions:
        line.add_dimension(name, dimensions[name])
    line.add_metric(metric.name, metric.unit, value)
    line.flush_metrics()


@contextmanager
def timed_step(step: str, environment: str) -> Iterator[None]:
    """Writes how long its body takes, whether it succeeds or fails."""
    began = time.monotonic()
    try:
        yield
    finally:
        put(STEP_DURATION, environment, round((time.monotonic() - began) * 1000, 1), step=step)
