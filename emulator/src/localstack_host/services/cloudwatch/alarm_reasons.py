"""The reason for a state that an alarm's evaluation gives, in AWS's words. Pure functions.

Taken from notifications that AWS sent, and from LocalStack's tests recorded on AWS
(tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.cloudwatch.alarm_evaluation import Rule

WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}
# From this number on, only as many are named, after a sentence of their own.
NAMED = 5
VERSION = "1.0"


@dataclass(frozen=True)
class Evaluated:
    """A period: when it begins (Unix time), its value or None, and how many values that is of."""

    at: float
    value: float | None
    samples: float | None = None


@dataclass(frozen=True)
class Evaluation:
    """What an alarm's state follows from: the periods of the evaluation range, newest first."""

    rule: Rule
    periods: Sequence[Evaluated]
    # Whether PutMetricAlarm named DatapointsToAlarm: the text is longer then.
    has_datapoints_to_alarm: bool = False

    def evaluated(self) -> list[Evaluated]:
        """The periods that were compared: those with values, if there are enough of them."""
        known = [period for period in self.periods if period.value is not None]
        if not known:
            return list(self.periods[: self.rule.periods])
        return known[: self.rule.periods]

    def deciding(self, state: str) -> list[Evaluated]:
        """Those with values for an ALARM beyond the threshold, and within it otherwise."""
        return [
            period
            for period in self.evaluated()
            if period.value is not None
            and self.rule.is_breached_by(period.value) is (state == "ALARM")
        ]

    def missing(self) -> int:
        """How many periods had to be treated as if they had a value."""
        known = sum(period.value is not None for period in self.periods)
        return max(self.rule.periods - known, 0)


def reason(evaluation: Evaluation, state: str) -> str:
    """The sentence, as in `StateReason`."""
    if state == "INSUFFICIENT_DATA":
        number = evaluation.rule.periods
        return f"Insufficient Data: {_counted(number)} {_were(number)} unknown."
    rule, deciding = evaluation.rule, evaluation.deciding(state)
    missing = evaluation.missing() if rule.missing in TREATED else 0
    if not missing or (state == "ALARM" and len(deciding) >= rule.needed):
        return f"Threshold Crossed: {_crossed(evaluation, deciding, state)}."
    if state == "ALARM" or not deciding:
        received, periods = rule.periods - missing, f"{rule.periods} period{_s(rule.periods)}"
        text = f"{_counted(received)} {_were(received)} received for {periods}"
    else:
        text = _crossed(evaluation, deciding, state)
    treated = (
        f"{_counted(missing, 'missing ')} {_were(missing)} treated as [{TREATED[rule.missing]}]"
    )
    return f"Threshold Crossed: {text} and {treated}."


def _crossed(evaluation: Evaluation, deciding: Sequence[Evaluated], state: str) -> str:
    rule, number = evaluation.rule, len(deciding)
    no = "" if state == "ALARM" else "not "
    threshold = f"the threshold ({float(rule.threshold)})"
    values = f"[{', '.join(map(_named, deciding[:NAMED]))}]"
    count = _counted(number)
    if evaluation.has_datapoints_to_alarm:
        count = f"{number} out of the last {rule.periods} datapoints"
    compared = f"{_were(number)} {no}{WORDS[rule.comparison]} {threshold}"
    if number < NAMED:
        text = f"{count} {values} {compared}"
    else:
        which = "did not cross" if no else "crossed"
        text = f"{count} {compared}. The most recent datapoints which {which} the threshold:"
        text += f" {values}"
    return f"{text} {_minimum(rule, state)}" if evaluation.has_datapoints_to_alarm else text


def _minimum(rule: Rule, state: str) -> str:
    if state == "ALARM":
        number, change = rule.needed, "OK -> ALARM"
    else:
        number, change = rule.periods - rule.needed + 1, "ALARM -> OK"
    return f"(minimum {number} datapoint{_s(number)} for {change} transition)"


def _named(period: Evaluated) -> str:
    return f"{period.value} ({datetime.fromtimestamp(period.at, UTC):%d/%m/%y %H:%M:%S})"


def _counted(number: int, which: str = "") -> str:
    return f"{number or 'no'} {which}datapoint{_s(number)}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def reason_data(
    evaluation: Evaluation, alarm: Mapping[str, Any], queried_at: float
) -> dict[str, Any]:
    """The document in `StateReasonData`; that of an alarm on metric math names no statistic."""
    evaluated = evaluation.evaluated()
    known = [period for period in reversed(evaluated) if period.value is not None]
    data: dict[str, Any] = {"version": VERSION, "queryDate": timestamp(queried_at)}
    if known:
        data["startDate"] = timestamp(known[0].at)
    if unit := alarm.get("Unit"):
        data["unit"] = unit
    if statistic := alarm.get("Statistic") or alarm.get("ExtendedStatistic"):
        data["statistic"] = statistic
    data["period"] = period_of(alarm)
    data["recentDatapoints"] = [period.value for period in known]
    data["threshold"] = evaluation.rule.threshold
    data["evaluatedDatapoints"] = [_document(period) for period in evaluated]
    return data


def period_of(alarm: Mapping[str, Any]) -> int | None:
    """The period of an alarm in seconds; that of the first metric if it has several."""
    if period := alarm.get("Period"):
        return int(period)
    for query in alarm.get("Metrics") or ():
        if period := query.get("Period") or query.get("MetricStat", {}).get("Period"):
            return int(period)
    return None


def _document(period: Evaluated) -> dict[str, Any]:
    document: dict[str, Any] = {"timestamp": timestamp(period.at)}
    if period.samples is not None and period.value is not None:
        document["sampleCount"] = period.samples
    if period.value is not None:
        document["value"] = period.value
    return document


def timestamp(at: float) -> str:
    """A Unix time as in alarms' documents: 2025-09-03T06:25:33.123+0000."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"
