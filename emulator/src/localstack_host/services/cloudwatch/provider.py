"""The entry point PROVIDER_OVERRIDE_CLOUDWATCH=host: LocalStack's CloudWatch, mended in places.

- alarms are looked at as AWS does (`alarm_scheduler.py`);
- metrics are told with percentiles and metric math (`metric_data.py`);
- the tags of a new alarm are kept: Terraform would want to tag it at every apply;
- an alarm speaks to a topic in its own name (`alarm_actions.py`);
- so many data points stay as the setting KEPT_DATA_POINTS says, and the oldest go.
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
from localstack_host.services.cloudwatch.alarm_actions import speaking_as
from localstack_host.services.cloudwatch.alarm_scheduler import AlarmScheduler
from localstack_host.services.cloudwatch.metric_data import MetricDataReader
from localstack_host.services.cloudwatch.metric_store import Place, Points, keep_latest


@provides("cloudwatch")
def cloudwatch() -> Service:
    """LocalStack's CloudWatch with the repairs above."""
    patches.apply_patches()
    return Service.for_provider(Alarms())


class Alarms(CloudwatchProvider):
    """CloudWatch whose alarms ring."""

    def __init__(self) -> None:
        original: Any = super()
        original.__init__()
        self.alarm_scheduler: Any = AlarmScheduler()
        keep_latest(CloudwatchDatabase.METRICS_DB, KEPT_DATA_POINTS.value())

    @handler("PutMetricAlarm", expand=False)
    def put_metric_alarm(  # type: ignore[override] # LocalStack takes it as a whole, too
        self, context: RequestContext, request: Any
    ) -> None:
        """Keeps the tags, too."""
        original: Any = super()
        original.put_metric_alarm(context, self._tagged(context, request))

    @handler("PutCompositeAlarm", expand=False)
    def put_composite_alarm(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> None:
        """Keeps the tags, too."""
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
        """Answers in one page; of what was put as a set of statistics, nothing."""
        place = Place(context.account_id, context.region)
        newest_first = scan_by != "TimestampAscending"
        with Points.at(CloudwatchDatabase.METRICS_DB) as points:
            reader = MetricDataReader(points, place, start_time.timestamp(), end_time.timestamp())
            results = list(reader.answer(metric_data_queries, newest_first))
        return {"MetricDataResults": results, "Messages": []}

    def set_alarm_state(
        self, context: RequestContext, alarm_name: str, *said: Any, **more: Any
    ) -> None:
        """Tells the topics as this alarm."""
        with speaking_as(_arn(context, alarm_name)):
            super().set_alarm_state(context, alarm_name, *said, **more)

    def _run_composite_alarm_actions(
        self, context: RequestContext, composite_alarm: Any, *said: Any
    ) -> None:
        with speaking_as(composite_alarm.alarm["AlarmArn"]):
            original: Any = super()
            original._run_composite_alarm_actions(context, composite_alarm, *said)

    def _update_state(self, context: RequestContext, alarm: Any, *said: Any) -> None:
        original: Any = super()
        original._update_state(context, alarm, *said)
        now = datetime.now(UTC)  # LocalStack's is without a time zone, and misses composite alarms
        alarm.alarm |= {"StateUpdatedTimestamp": now, "StateTransitionedTimestamp": now}

    def _tagged(self, context: RequestContext, request: Any) -> dict[str, Any]:
        """The request without its tags, once they are kept where tags are."""
        requested = dict(request)
        if tags := requested.pop("Tags", None):
            store = self.get_store(context.account_id, context.region)
            store.TAGS.tag_resource(_arn(context, requested["AlarmName"]), tags)
        return requested


def _arn(context: RequestContext, alarm: str) -> str:
    return str(arns.cloudwatch_alarm_arn(alarm, context.account_id, context.region))
