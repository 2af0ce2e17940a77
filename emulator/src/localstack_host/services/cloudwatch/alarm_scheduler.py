"""Looks at every alarm every other second.

LocalStack looks at an alarm once in all its periods together, knows no percentiles and no metric
math, and counts values that are older than the alarm asks for. AWS looks about once a minute; here
nobody wants to wait.
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
    judge,
)
from localstack_host.services.cloudwatch.metric_store import Place, Points, Wanted

LOG = logging.getLogger(__name__)
EVERY_S = 2.0

Alarm = Mapping[str, Any]


class AlarmScheduler:
    """Takes the place of LocalStack's `AlarmScheduler`."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to watch."""
        self._over.clear()
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self._thread.start()

    def shutdown(self) -> None:
        """Ends it."""
        self._over.set()

    def schedule_metric_alarm(self, alarm_arn: str) -> None:
        """Nothing: every alarm is looked at."""

    def delete_scheduler_for_alarm(self, alarm_arn: str) -> None:
        """Nothing: one that is deleted is not there any more."""

    def restart_existing_alarms(self) -> None:
        """Nothing: they never stopped."""

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            try:
                look_at_all()
            except Exception:
                LOG.exception("The alarms could not be looked at; they will be again")


def look_at_all() -> None:
    """Sets the state of every alarm whose state has changed."""
    from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

    alarms = list(_alarms())
    if not alarms:
        return
    now = time.time()
    with Points.at(CloudwatchDatabase.METRICS_DB) as points:
        for place, alarm in alarms:
            _look_at(place, alarm, points, now)


def _alarms() -> Iterator[tuple[Place, Alarm]]:
    from localstack.services.cloudwatch.models import LocalStackMetricAlarm, cloudwatch_stores

    for account, _region, store in cloudwatch_stores.iter_stores():
        for kept in list(store.alarms.values()):
            if isinstance(kept, LocalStackMetricAlarm):
                yield Place(account, kept.region), kept.alarm


def _look_at(place: Place, alarm: Alarm, points: Points, now: float) -> None:
    rule = rule_of(alarm)
    try:
        values = measured(alarm, points, place, rule.looked_at, now)
    except NotUnderstood as what:
        LOG.debug("The alarm %s is not looked at: %s", alarm["AlarmName"], what)
        return
    state = judge(values, rule, alarm["StateValue"])
    if state != alarm["StateValue"]:
        _change(place, alarm, state, values[: rule.periods])


def rule_of(alarm: Alarm) -> Rule:
    """When the alarm rings."""
    periods = alarm["EvaluationPeriods"]
    return Rule(
        comparison=alarm["ComparisonOperator"],
        threshold=alarm["Threshold"],
        periods=periods,
        needed=alarm.get("DatapointsToAlarm") or periods,
        missing=alarm.get("TreatMissingData") or "missing",
    )


def measured(alarm: Alarm, points: Points, place: Place, periods: int, now: float) -> Values:
    """What the alarm compares, by period. Raises `NotUnderstood`."""
    if not alarm.get("Metrics"):
        stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        return points.series(Wanted.of(alarm, stat, alarm["Period"]), place, periods, now)
    series = {
        query["Id"]: points.series(_wanted(query["MetricStat"]), place, periods, now)
        for query in alarm["Metrics"]
        if query.get("MetricStat")
    }
    result = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    return (
        compute(result["Expression"], series) if result.get("Expression") else series[result["Id"]]
    )


def _wanted(asked: Mapping[str, Any]) -> Wanted:
    return Wanted.of(asked["Metric"], asked["Stat"], asked["Period"])


def _change(place: Place, alarm: Alarm, state: str, values: Values) -> None:
    cloudwatch = connect_to(aws_access_key_id=place.account, region_name=place.region).cloudwatch
    said = ", ".join("nothing" if value is None else f"{value:g}" for value in values)
    cloudwatch.set_alarm_state(
        AlarmName=alarm["AlarmName"],
        StateValue=state,
        StateReason=f"Threshold {alarm['Threshold']:g}; measured, the newest first: {said}",
    )
