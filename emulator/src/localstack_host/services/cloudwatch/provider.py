"""The entry point PROVIDER_OVERRIDE_CLOUDWATCH=host: LocalStack's CloudWatch, with fixes.

- alarms are evaluated as on AWS, with its reasons (`alarm_scheduler.py`), and composite alarms by
  their whole rules (`alarm_states.py`);
- GetMetricData and GetMetricStatistics support extended statistics, metric math, statistic sets,
  units, labels and pages (`metric_data.py`);
- the tags of a new alarm are stored: otherwise Terraform would add them at every apply;
- a dashboard's body is checked (`dashboards.py`);
- an alarm publishes notifications in its own name (`alarm_actions.py`);
- at most KEPT_DATA_POINTS data points are stored; the oldest are deleted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from localstack.aws.api.cloudwatch import (
    DashboardInvalidInputError,
    InvalidNextToken,
    InvalidParameterCombinationException,
    InvalidParameterValueException,
    ResourceNotFound,
)
from localstack.services.cloudwatch.models import LocalStackCompositeAlarm
from localstack.services.cloudwatch.provider_v2 import (
    AWS_MAX_DATAPOINTS_ACCEPTED,
    CloudwatchProvider,
    ValidationException,
)
from localstack.utils.aws import arns

from localstack_host.host.settings import KEPT_DATA_POINTS
from localstack_host.localstack_api import RequestContext, Service, handler, provides
from localstack_host.services.cloudwatch import (
    alarm_descriptions,
    alarm_history,
    alarm_rules,
    alarm_scheduler,
    alarm_states,
    dashboards,
    limits,
    metric_data,
    metric_pages,
    metric_results,
    patches,
)
from localstack_host.services.cloudwatch.data_points import NotUnderstood, statistic
from localstack_host.services.cloudwatch.database import Database, database
from localstack_host.services.cloudwatch.metric_math import alarms
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidQuery
from localstack_host.services.cloudwatch.metric_store import (
    MetricQuery,
    Place,
    Points,
    keep_latest,
)

# What an updated alarm keeps: its state.
STATE = (
    *("StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp"),
    "StateTransitionedTimestamp",
)
STATES = "[INSUFFICIENT_DATA, ALARM, OK]"


@provides("cloudwatch")
def cloudwatch() -> Service:
    """LocalStack's CloudWatch with the fixes above."""
    patches.apply_patches()
    return Service.for_provider(CloudWatch())


class CloudWatch(CloudwatchProvider):
    """CloudWatch with evaluated alarms."""

    def __init__(self) -> None:
        original: Any = super()
        original.__init__()
        self.cloudwatch_database: Any = database()
        self.alarm_scheduler: Any = alarm_scheduler.AlarmScheduler()
        keep_latest(Database.METRICS_DB, KEPT_DATA_POINTS.value())

    def on_after_state_reset(self) -> None:
        """Makes a new database."""
        original: Any = super()
        original.on_after_state_reset()
        self.cloudwatch_database = database()
        keep_latest(Database.METRICS_DB, KEPT_DATA_POINTS.value())

    @handler("PutMetricAlarm", expand=False)
    def put_metric_alarm(  # type: ignore[override] # LocalStack does not expand it, either
        self, context: RequestContext, request: Any
    ) -> None:
        """Stores the tags, too. An alarm that exists keeps its state."""
        limits.check_alarm(request)
        try:
            alarms.check(request)
        except (InvalidQuery, NotUnderstood) as error:
            raise ValidationException(str(error)) from error
        before = self._alarm(context, request["AlarmName"])
        requested = self._tagged(context, request)
        extended = _extended_statistic(requested)
        original: Any = super()
        original.put_metric_alarm(context, requested)
        if extended and (alarm := self._alarm(context, request["AlarmName"])):
            alarm.alarm["ExtendedStatistic"] = extended
        self._keep_state(context, request["AlarmName"], before)

    def put_metric_data(  # type: ignore[override] # the others are in `rest`
        self, context: RequestContext, namespace: str, metric_data: Any = None, **rest: Any
    ) -> None:
        """Stores data points. Those of the emulator's own services are as they are."""
        if context.internal_request_params is None:
            limits.check_data(metric_data or ())
        original: Any = super()
        original.put_metric_data(context, namespace, metric_data, **rest)

    @handler("PutCompositeAlarm", expand=False)
    def put_composite_alarm(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> None:
        """Stores the tags, too, and evaluates the rule."""
        self._check_rule(context, request["AlarmRule"])
        before = self._alarm(context, request["AlarmName"])
        untagged = self._tagged(context, request)
        untyped: Any = LocalStackCompositeAlarm
        alarm = untyped(context.account_id, context.region, untagged)
        store = self.get_store(context.account_id, context.region)
        store.alarms[alarm.alarm["AlarmArn"]] = alarm
        self._keep_state(context, request["AlarmName"], before)
        alarm_states.evaluate_composite(alarm, "updated" if before else "created")

    def _check_rule(self, context: RequestContext, text: str) -> None:
        try:
            children = alarm_rules.parse(text).children
        except alarm_rules.InvalidRule as error:
            message = f"AlarmRule contains an invalid expression: {error}"
            raise ValidationException(message) from error
        missing = [each for each in children if not self._alarm(context, each.rpartition(":")[2])]
        if missing:
            raise ValidationException(
                f"Could not save the composite alarm as alarms [{', '.join(missing)}]"
                " in the alarm rule do not exist"
            )

    def put_dashboard(
        self, context: RequestContext, dashboard_name: str, dashboard_body: str, **rest: Any
    ) -> Any:
        """Creates or changes a dashboard. Raises DashboardInvalidInputError for a wrong body."""
        text, messages = dashboards.problems(dashboard_body)
        if text:
            error = DashboardInvalidInputError(text)
            error.dashboardValidationMessages = messages  # type: ignore[assignment]
            raise error
        original: Any = super()
        return original.put_dashboard(context, dashboard_name, dashboard_body, **rest)

    def get_metric_data(  # type: ignore[override]
        self,
        context: RequestContext,
        metric_data_queries: Any,
        start_time: datetime,
        end_time: datetime,
        scan_by: str | None = None,
        next_token: str | None = None,
        max_datapoints: int | None = None,
        label_options: Mapping[str, str] | None = None,
        **_others: Any,
    ) -> dict[str, Any]:
        """Returns a page of the results."""
        options = metric_results.Options(
            newest_first=scan_by != "TimestampAscending",
            label_offset=(label_options or {}).get("Timezone", ""),
        )
        with Points.at(Database.METRICS_DB) as points:
            reader = _reader(context, points, start_time, end_time)
            try:
                results = list(metric_results.results(metric_data_queries, reader, options))
            except InvalidQuery as error:
                raise ValidationException(str(error)) from error
        try:
            page, token = metric_pages.page(results, max_datapoints, next_token)
        except metric_pages.InvalidToken as error:
            raise InvalidNextToken("Invalid nextToken") from error
        return {"MetricDataResults": page, "Messages": []} | ({"NextToken": token} if token else {})

    def get_metric_statistics(  # type: ignore[override]
        self,
        context: RequestContext,
        namespace: str,
        metric_name: str,
        start_time: datetime,
        end_time: datetime,
        period: int,
        dimensions: Any = None,
        statistics: Any = None,
        extended_statistics: Any = None,
        unit: str | None = None,
        **_others: Any,
    ) -> dict[str, Any]:
        """Returns a data point for each unit and period."""
        _check_range(start_time, end_time, period)
        metric = {"Namespace": namespace, "MetricName": metric_name, "Dimensions": dimensions}
        names = (statistics or (), extended_statistics or ())
        if not any(names):
            raise InvalidParameterCombinationException(
                "At least one of the parameters Statistics and ExtendedStatistics "
                "must be specified."
            )
        with Points.at(Database.METRICS_DB) as points:
            reader = _reader(context, points, start_time, end_time)
            measured = reader.measured(MetricQuery.of(metric, "", period))
        try:
            datapoints = list(metric_data.statistics(measured, unit, *names))
        except NotUnderstood as error:
            raise InvalidParameterValueException(
                f"The value {error} for parameter ExtendedStatistics is not supported."
            ) from error
        return {"Datapoints": datapoints, "Label": metric_name}

    def set_alarm_state(
        self,
        context: RequestContext,
        alarm_name: str,
        state_value: str,
        state_reason: str,
        state_reason_data: str | None = None,
        **_others: Any,
    ) -> None:
        """Sets the state; a metric alarm keeps it for some seconds."""
        if state_value not in alarm_states.STATES:
            raise ValidationException(
                f"1 validation error detected: Value '{state_value}' at 'stateValue' failed to "
                f"satisfy constraint: Member must satisfy enum value set: {STATES}"
            )
        alarm = self._alarm(context, alarm_name)
        if not alarm:
            raise ResourceNotFound()
        try:
            data = json.loads(state_reason_data) if state_reason_data else None
        except ValueError as error:
            raise InvalidParameterValueException("StateReasonData is not valid JSON.") from error
        alarm_scheduler.hold(alarm)
        alarm_states.set_state(alarm, alarm_states.NewState(state_value, state_reason, data))

    def describe_alarms(  # type: ignore[override]
        self, context: RequestContext, **filters: Any
    ) -> dict[str, Any]:
        """Returns the matching alarms in pages; without types, metric alarms only."""
        alarms = self.get_store(context.account_id, context.region).alarms.values()
        return alarm_descriptions.page([alarm.alarm for alarm in list(alarms)], filters)

    def describe_alarm_history(  # type: ignore[override]
        self, context: RequestContext, **filters: Any
    ) -> dict[str, Any]:
        """Returns the matching items, the newest first, in pages."""
        histories = self.get_store(context.account_id, context.region).histories
        return alarm_history.page(histories, filters)

    def _alarm(self, context: RequestContext, name: str) -> Any | None:
        store = self.get_store(context.account_id, context.region)
        return store.alarms.get(_arn(context, name))

    def _keep_state(self, context: RequestContext, name: str, before: Any | None) -> None:
        alarm = self._alarm(context, name)
        if before and alarm:
            alarm.alarm |= {key: before.alarm[key] for key in STATE if key in before.alarm}

    def _tagged(self, context: RequestContext, request: Any) -> dict[str, Any]:
        """Stores the tags of a request, and returns the request without them."""
        requested = dict(request)
        if tags := requested.pop("Tags", None):
            store = self.get_store(context.account_id, context.region)
            store.TAGS.tag_resource(_arn(context, requested["AlarmName"]), tags)
        return requested


def _arn(context: RequestContext, alarm: str) -> str:
    return str(arns.cloudwatch_alarm_arn(alarm, context.account_id, context.region))


def _extended_statistic(request: dict[str, Any]) -> str | None:
    """Takes a statistic such as tm90, which LocalStack would refuse, out of a request."""
    name: str | None = request.get("ExtendedStatistic")
    if name is None:
        return None
    try:
        statistic(name, ())
    except NotUnderstood:
        return None
    del request["ExtendedStatistic"]
    return name


def _reader(
    context: RequestContext, points: Points, start: datetime, end: datetime
) -> metric_data.MetricDataReader:
    place = Place(context.account_id, context.region)
    return metric_data.MetricDataReader(
        points, place, start.timestamp(), end.timestamp(), time.time()
    )


def _check_range(start: datetime, end: datetime, period: int) -> None:
    seconds = int(end.timestamp()) - int(start.timestamp())
    if seconds <= 0:
        raise InvalidParameterValueException(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    if (expected := int(seconds / period)) > AWS_MAX_DATAPOINTS_ACCEPTED:
        raise InvalidParameterCombinationException(
            f"You have requested up to {expected} datapoints, which exceeds the limit of "
            f"{AWS_MAX_DATAPOINTS_ACCEPTED}. You may reduce the datapoints requested by increasing "
            "Period, or decreasing the time range."
        )
