"""The metrics of schedules: of all together, and of each group.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
"""

from __future__ import annotations

from localstack_host.services.cloudwatch.metric_delivery import record_all

NAMESPACE = "AWS/Scheduler"


def counted(schedule_arn: str, *names: str) -> None:
    """Counts one of each metric for a schedule."""
    _, _, _, region, account, resource = schedule_arn.split(":", 5)
    group = resource.split("/")[1]
    metrics = tuple((name, "Count") for name in names)
    dimension_sets = ((), (("ScheduleGroup", group),))
    record_all((account, region, NAMESPACE), dimension_sets, metrics, (1.0,) * len(names))
