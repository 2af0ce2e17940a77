"""Evaluates every alarm every two seconds.

LocalStack evaluates an alarm once in all its periods together, without percentiles and metric math,
and includes values that are too old. AWS evaluates about once a minute; here a shorter interval
saves waiting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from localstack_host.localstack_api import connect_to
from localstack_host.services.cloudwatch.alarm_evaluation import (
    NotUnderstood,
    Rule,
    Values,
    compute,
    evaluate,
)
from localstack_host.services.cloudwatch.metric_store import MetricQuery, Place, Points

LOG = logging.getLogger(__name__)
EVERY_S = 2.0

Alarm = Mapping[str, Any]


class AlarmScheduler:
    """Replaces LocalStack's `AlarmScheduler`."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the evaluation, in a thread."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self._thread.start()

    def shutdown(self) -> None:
        """Stops the evaluation."""
        self._stopped.set()

    def schedule_metric_alarm(self, alarm_arn: str) -> None:
        """Does nothing: every alarm is evaluated."""

    def delete_scheduler_for_alarm(self, alarm_arn: str) -> None:
        """Does nothing: a deleted alarm is no longer listed."""

    def restart_existing_alarms(self) -> None:
        """Does nothing: the evaluation includes existing alarms."""

    def _run(self) -> None:
        while not self._stopped.wait(EVERY_S):
            try:
                evaluate_all()
            except Exception:
                LOG.exception("The evaluation of the alarms failed; it will be retried")


def evaluate_all() -> None:
    """Evaluates all alarms, and sets the states that have changed."""
    from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

    alarms = list(_alarms())
    if not alarms:
        return
    now = time.time()
    with Points.at(CloudwatchDatabase.METRICS_DB) as points:
        for place, alarm in alarms:
            _evaluate(place, alarm, points, now)


def _alarms() -> Iterator[tuple[Place, Alarm]]:
    from localstack.services.cloudwatch.models import LocalStackMetricAlarm, cloudwatch_stores

    for account, _region, store in cloudwatch_stores.iter_stores():
        for alarm in list(store.alarms.values()):
            if isinstance(alarm, LocalStackMetricAlarm):
                yield Place(account, alarm.region), alarm.alarm


def _evaluate(place: Place, alarm: Alarm, points: Points, now: float) -> None:
    rule = rule_of(alarm)
    try:
        values = values_of(alarm, points, place, rule.evaluation_range, now)
    except NotUnderstood as error:
        LOG.debug("The alarm %s is not evaluated: %s", alarm["AlarmName"], error)
        return
    state = evaluate(values, rule, alarm["StateValue"])
    if state != alarm["StateValue"]:
        _change(place, alarm, state, values[: rule.periods])


def rule_of(alarm: Alarm) -> Rule:
    """The condition of an alarm."""
    periods = alarm["EvaluationPeriods"]
    return Rule(
        comparison=alarm["ComparisonOperator"],
        threshold=alarm["Threshold"],
        periods=periods,
        needed=alarm.get("DatapointsToAlarm") or periods,
        missing=alarm.get("TreatMissingData") or "missing",
    )


def values_of(alarm: Alarm, points: Points, place: Place, periods: int, now: float) -> Values:
    """The values that the alarm compares, by period. Raises `NotUnderstood`."""
    if not alarm.get("Metrics"):
        stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        return points.series(MetricQuery.of(alarm, stat, alarm["Period"]), place, periods, now)
    series = {
        query["Id"]: points.series(_query(query["MetricStat"]), place, periods, now)
        for query in alarm["Metrics"]
        if query.get("MetricStat")
    }
    result = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    return (
        compute(result["Expression"], series) if result.get("Expression") else series[result["Id"]]
    )


def _query(metric_stat: Mapping[str, Any]) -> MetricQuery:
    return MetricQuery.of(metric_stat["Metric"], metric_stat["Stat"], metric_stat["Period"])


def _change(place: Place, alarm: Alarm, state: str, values: Values) -> None:
    cloudwatch = connect_to(aws_access_key_id=place.account, region_name=place.region).cloudwatch
    text = ", ".join("nothing" if value is None else f"{value:g}" for value in values)
    cloudwatch.set_alarm_state(
        AlarmName=alarm["AlarmName"],
        StateValue=state,
        StateReason=f"Threshold {alarm['Threshold']:g}; measured, the newest first: {text}",
    )
