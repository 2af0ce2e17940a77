"""Business metrics, written to the log in CloudWatch's embedded metric format."""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def count(name: str, environment: str, value: int = 1) -> None:
    """Counts something of the business. The namespace is in Powertools' own variable."""
    dimensions = {"environment": environment}
    with single_metric(name, MetricUnit.Count, value, default_dimensions=dimensions):
        pass
