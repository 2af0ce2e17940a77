"""Evaluates every alarm every two seconds.

LocalStack evaluates an alarm once in all its periods together, without percentiles and metric math,
and includes values that are too old. AWS evaluates about once a minute; here a shorter interval
saves waiting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from localstack_host.services.cloudwatch import alarm_states
from localstack_host.services.cloudwatch.alarm_evaluation import Rule, evaluate
from localstack_host.services.cloudwatch.alarm_reasons import (
    Evaluated,
    Evaluation,
    reason,
    reason_data,
)
from localstack_host.services.cloudwatch.alarm_states import NewState
from localstack_host.services.cloudwatch.data_points import NotUnderstood, Series, sample_count
from localstack_host.services.cloudwatch.metric_data import LatestReader, query_of
from localstack_host.services.cloudwatch.metric_math.evaluation import Queries
from localstack_host.services.cloudwatch.metric_math.series import TimeSeries
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidQuery
from localstack_host.services.cloudwatch.metric_store import MetricQuery, Place, Points

LOG = logging.getLogger(__name__)
EVERY_S = 2.0
# AWS needs some seconds to evaluate an alarm again whose state was set by hand. Until then the
# composite alarms above it have that state to go by.
HELD_S = 10.0
MINUTE_S = 60

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

    now = time.time()
    alarms = [alarm for alarm in _alarms() if not is_held(alarm, now)]
    if not alarms:
        return
    with Points.at(CloudwatchDatabase.METRICS_DB) as points:
        for alarm in alarms:
            _evaluate(alarm, points, now)


def _alarms() -> Iterator[Any]:
    from localstack.services.cloudwatch.models import LocalStackMetricAlarm, cloudwatch_stores

    for _account, _region, store in cloudwatch_stores.iter_stores():
        for alarm in list(store.alarms.values()):
            if isinstance(alarm, LocalStackMetricAlarm):
                yield alarm


def hold(alarm: Any) -> None:
    """Keeps the state of an alarm, which was set by hand, for some seconds."""
    alarm.held_until = time.time() + HELD_S


def is_held(alarm: Any, now: float) -> bool:
    """Whether the state of an alarm was set by hand just now (`now` is a Unix time)."""
    return bool(getattr(alarm, "held_until", 0) > now)


def _evaluate(alarm: Any, points: Points, now: float) -> None:
    description = alarm.alarm
    try:
        evaluation = evaluation_of(description, points, Place(alarm.account_id, alarm.region), now)
    except NotUnderstood as error:
        LOG.debug("The alarm %s is not evaluated: %s", description["AlarmName"], error)
        return
    values = [period.value for period in evaluation.periods]
    state = evaluate(values, evaluation.rule, description["StateValue"])
    if state == description["StateValue"] or is_held(alarm, now):
        return
    data = reason_data(evaluation, description, now)
    alarm_states.set_state(alarm, NewState(state, reason(evaluation, state), data))


def rule_of(alarm: Alarm) -> Rule:
    """The condition of an alarm."""
    periods = alarm["EvaluationPeriods"]
    # Alarms about tables ignore missing data by default: API_PutMetricAlarm.html
    missing = "ignore" if alarm.get("Namespace") == "AWS/DynamoDB" else "missing"
    return Rule(
        comparison=alarm["ComparisonOperator"],
        threshold=float(alarm["Threshold"]),
        periods=periods,
        needed=alarm.get("DatapointsToAlarm") or periods,
        missing=alarm.get("TreatMissingData") or missing,
    )


def evaluation_of(alarm: Alarm, points: Points, place: Place, now: float) -> Evaluation:
    """What the alarm compares, and with what. Raises `NotUnderstood`."""
    rule = rule_of(alarm)
    evaluated = _evaluated(alarm, points, place, rule.evaluation_range, now)
    return Evaluation(rule, evaluated, bool(alarm.get("DatapointsToAlarm")))


def _evaluated(
    alarm: Alarm, points: Points, place: Place, periods: int, now: float
) -> list[Evaluated]:
    reader = LatestReader(points, place, periods, now)
    if not alarm.get("Metrics"):
        stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        query = MetricQuery.of(alarm, stat, alarm["Period"], alarm.get("Unit"))
        return _of_metric(reader.series(query), stat)
    watched = next(query for query in alarm["Metrics"] if query.get("ReturnData", True))
    if not watched.get("Expression"):
        query = query_of(watched["MetricStat"])
        return _of_metric(reader.series(query), query.statistic)
    try:
        result = Queries(alarm["Metrics"], reader, fills_nothing=True).result(watched["Id"])
    except InvalidQuery as error:
        raise NotUnderstood(str(error)) from error
    if not isinstance(result, TimeSeries):
        raise NotUnderstood("an alarm can watch a single time series only")
    starts = _starts(result.period_s, result.periods)
    values = map(result.values.get, result.periods)
    return [Evaluated(*pair) for pair in zip(starts, values, strict=True)][::-1]


def _of_metric(series: Series, stat: str) -> list[Evaluated]:
    """The periods, newest first."""
    starts = _starts(series.period_s, series.starts())
    periods = zip(starts, series.values(stat), series.periods, strict=True)
    return [Evaluated(at, value, sample_count(points)) for at, value, points in periods][::-1]


def _starts(period_s: int, periods: Iterable[float]) -> Iterator[float]:
    """When each period begins, on the minute, or on the period if that is shorter."""
    step = min(period_s, MINUTE_S)
    return (at - at % step for at in periods)
