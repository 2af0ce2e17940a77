"""The entry point PROVIDER_OVERRIDE_CLOUDWATCH=host: LocalStack's CloudWatch, with fixes.

- alarms are evaluated as on AWS (`alarm_scheduler.py`);
- GetMetricData supports percentiles and metric math (`metric_data.py`);
- the tags of a new alarm are stored: otherwise Terraform would add them at every apply;
- an alarm publishes notifications in its own name (`alarm_actions.py`);
- at most KEPT_DATA_POINTS data points are stored; the oldest are deleted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider
from localstack.utils.aws import arns

from localstack_host.host.settings import KEPT_DATA_POINTS
from localstack_host.localstack_api import RequestContext, Service, handler, provides
from localstack_host.services.cloudwatch import patches
from localstack_host.services.cloudwatch.alarm_actions import publishing_as
from localstack_host.services.cloudwatch.alarm_scheduler import AlarmScheduler
from localstack_host.services.cloudwatch.metric_data import MetricDataReader
from localstack_host.services.cloudwatch.metric_store import Place, Points, keep_latest


@provides("cloudwatch")
def cloudwatch() -> Service:
    """LocalStack's CloudWatch with the fixes above."""
    patches.apply_patches()
    return Service.for_provider(Alarms())


class Alarms(CloudwatchProvider):
    """CloudWatch with evaluated alarms."""

    def __init__(self) -> None:
        original: Any = super()
        original.__init__()
        self.alarm_scheduler: Any = AlarmScheduler()
        keep_latest(CloudwatchDatabase.METRICS_DB, KEPT_DATA_POINTS.value())

    @handler("PutMetricAlarm", expand=False)
    def put_metric_alarm(  # type: ignore[override] # LocalStack does not expand it, either
        self, context: RequestContext, request: Any
    ) -> None:
        """Stores the tags, too."""
        original: Any = super()
        original.put_metric_alarm(context, self._tagged(context, request))

    @handler("PutCompositeAlarm", expand=False)
    def put_composite_alarm(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> None:
        """Stores the tags, too."""
        original: Any = super()
        original.put_composite_alarm(context, self._tagged(context, request))

    def get_metric_data(  # type: ignore[override]
        self,
        context: RequestContext,
        metric_data_queries: Any,
        start_time: datetime,
        end_time: datetime,
        scan_by: str | None = None,
        **_pages: Any,
    ) -> dict[str, Any]:
        """Returns all results in one page; statistic sets are not included."""
        place = Place(context.account_id, context.region)
        newest_first = scan_by != "TimestampAscending"
        with Points.at(CloudwatchDatabase.METRICS_DB) as points:
            reader = MetricDataReader(points, place, start_time.timestamp(), end_time.timestamp())
            results = list(reader.results(metric_data_queries, newest_first))
        return {"MetricDataResults": results, "Messages": []}

    def set_alarm_state(
        self, context: RequestContext, alarm_name: str, *reason: Any, **more: Any
    ) -> None:
        """Sets the state; notifications are published as the alarm."""
        with publishing_as(_arn(context, alarm_name)):
            super().set_alarm_state(context, alarm_name, *reason, **more)

    def _run_composite_alarm_actions(
        self, context: RequestContext, composite_alarm: Any, *reason: Any
    ) -> None:
        with publishing_as(composite_alarm.alarm["AlarmArn"]):
            original: Any = super()
            original._run_composite_alarm_actions(context, composite_alarm, *reason)

    def _update_state(self, context: RequestContext, alarm: Any, *reason: Any) -> None:
        original: Any = super()
        original._update_state(context, alarm, *reason)
        now = datetime.now(
            UTC
        )  # LocalStack's has no time zone, and is not set for composite alarms
        alarm.alarm |= {"StateUpdatedTimestamp": now, "StateTransitionedTimestamp": now}

    def _tagged(self, context: RequestContext, request: Any) -> dict[str, Any]:
        """Stores the tags of a request, and returns the request without them."""
        requested = dict(request)
        if tags := requested.pop("Tags", None):
            store = self.get_store(context.account_id, context.region)
            store.TAGS.tag_resource(_arn(context, requested["AlarmName"]), tags)
        return requested


def _arn(context: RequestContext, alarm: str) -> str:
    return str(arns.cloudwatch_alarm_arn(alarm, context.account_id, context.region))
