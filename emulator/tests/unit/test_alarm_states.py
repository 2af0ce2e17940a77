"""Changes of alarms' states: history, composite alarms, and what their actions send."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from localstack.services.cloudwatch.models import (
    LocalStackCompositeAlarm,
    LocalStackMetricAlarm,
    cloudwatch_stores,
)

from localstack_host.services.cloudwatch import (
    alarm_actions,
    alarm_descriptions,
    alarm_history,
    alarm_mail,
)
from localstack_host.services.cloudwatch.alarm_messages import (
    StateChange,
    invocation,
    notification,
    region_name,
    subject,
)
from localstack_host.services.cloudwatch.alarm_scheduler import hold, is_held
from localstack_host.services.cloudwatch.alarm_states import (
    NewState,
    evaluate_composite,
    set_state,
)

REGION = "us-east-2"
TOPIC = "arn:aws:sns:us-east-2:000000000000:operations"
METRIC: dict[str, Any] = {
    "Namespace": "N",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [TOPIC],
}


class Account:
    """An account of its own, with what its alarms have done."""

    def __init__(self) -> None:
        self.id = f"{uuid.uuid4().int % 10**12:012}"
        self.done: list[StateChange] = []

    def metric(self, name: str, **more: Any) -> Any:
        return self._stored(LocalStackMetricAlarm, {"AlarmName": name, **METRIC, **more})

    def composite(self, name: str, rule: str, **more: Any) -> Any:
        alarm = {"AlarmName": name, "AlarmRule": rule, **more}
        return self._stored(LocalStackCompositeAlarm, alarm)

    def _stored(self, kind: Any, alarm: dict[str, Any]) -> Any:
        made = kind(self.id, REGION, alarm)
        self.store.alarms[made.alarm["AlarmArn"]] = made
        return made

    @property
    def store(self) -> Any:
        return cloudwatch_stores[self.id][REGION]

    def changes(self) -> list[tuple[str, str, str]]:
        """The name, the state before and after of each alarm that acted."""
        return [
            (c.alarm["AlarmName"], c.before["StateValue"], c.alarm["StateValue"]) for c in self.done
        ]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    here = Account()
    monkeypatch.setattr(alarm_actions, "perform", here.done.append)
    yield here
    cloudwatch_stores.pop(here.id, None)


def ring(alarm: Any, state: str = "ALARM") -> None:
    set_state(alarm, NewState(state, "a reason", {"version": "1.0"}))


def test_a_change_is_recorded_and_acted_on(account: Account) -> None:
    alarm = account.metric("a")
    ring(alarm)

    assert account.changes() == [("a", "INSUFFICIENT_DATA", "ALARM")]
    (item,) = account.store.histories
    assert item["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM"
    data = json.loads(item["HistoryData"])
    assert data["oldState"] == {
        "stateValue": "INSUFFICIENT_DATA",
        "stateReason": "Unchecked: Initial alarm creation",
    }
    assert data["newState"]["stateReasonData"] == {"version": "1.0"}


def test_the_same_state_again_is_no_change(account: Account) -> None:
    alarm = account.metric("a")
    ring(alarm)
    at = alarm.alarm["StateTransitionedTimestamp"]
    set_state(alarm, NewState("ALARM", "another reason"))

    assert len(account.done) == len(account.store.histories) == 1
    assert alarm.alarm["StateReason"] == "another reason"
    assert "StateReasonData" not in alarm.alarm
    assert alarm.alarm["StateTransitionedTimestamp"] == at


class TestCompositeAlarms:
    def test_a_child_by_its_name_or_arn_changes_it(self, account: Account) -> None:
        first, second = account.metric("first"), account.metric("second")
        account.composite("both", f'ALARM(first) OR ALARM("{second.alarm["AlarmArn"]}")')
        for alarm, state in ((first, "ALARM"), (first, "OK"), (second, "ALARM"), (second, "OK")):
            ring(alarm, state)

        changes = [change for change in account.changes() if change[0] == "both"]
        assert [after for _, _, after in changes] == ["ALARM", "OK", "ALARM", "OK"]

    def test_the_child_is_its_reason(self, account: Account) -> None:
        child = account.metric("child")
        parent = account.composite("parent", "ALARM(child)")
        ring(child)

        arn = child.alarm["AlarmArn"]
        assert parent.alarm["StateReason"].startswith(f"{arn} transitioned to ALARM at ")
        assert parent.alarm["StateReason"].endswith(" UTC")
        (triggering,) = json.loads(parent.alarm["StateReasonData"])["triggeringAlarms"]
        assert (triggering["arn"], triggering["state"]["value"]) == (arn, "ALARM")
        document = json.loads(notification(account.done[-1]))
        assert document["TriggeringChildren"][0]["Arn"] == arn
        assert document["AlarmRule"] == "ALARM(child)"

    def test_it_stays_as_it_is_while_another_child_holds_it(self, account: Account) -> None:
        first, second = account.metric("first"), account.metric("second")
        parent = account.composite("parent", "ALARM(first) OR ALARM(second)")
        ring(first)
        ring(second)
        ring(first, "OK")
        assert parent.alarm["StateReason"].startswith(first.alarm["AlarmArn"])
        assert parent.alarm["StateValue"] == "ALARM"

    def test_states_go_up_through_several(self, account: Account) -> None:
        child = account.metric("child")
        account.composite("parent", "NOT ALARM(child)")
        account.composite("above", "OK(parent) AND ALARM(child)")
        ring(child, "OK")
        ring(child)
        assert account.changes()[-3:] == [
            ("child", "OK", "ALARM"),
            ("parent", "ALARM", "OK"),
            ("above", "OK", "ALARM"),
        ]

    def test_rules_about_each_other_end(self, account: Account) -> None:
        one = account.composite("one", "ALARM(two)")
        account.composite("two", "ALARM(one)")
        ring(one)
        assert account.changes() == [
            ("one", "INSUFFICIENT_DATA", "ALARM"),
            ("two", "INSUFFICIENT_DATA", "ALARM"),
        ]

    def test_its_state_is_known_when_it_is_created(self, account: Account) -> None:
        ring(account.metric("child"))
        parent = account.composite("parent", "NOT ALARM(child)")
        evaluate_composite(parent, "created")
        arn = parent.alarm["AlarmArn"]
        assert (
            parent.alarm["StateReason"] == f"{arn} was created and its alarm rule evaluates to OK"
        )

    def test_its_own_state_may_be_set_until_a_child_changes(self, account: Account) -> None:
        child = account.metric("child")
        parent = account.composite("parent", "ALARM(child)")
        ring(parent, "INSUFFICIENT_DATA")
        ring(parent, "ALARM")
        assert parent.alarm["StateValue"] == "ALARM"
        ring(child, "OK")
        assert account.changes()[-1] == ("parent", "ALARM", "OK")

    def test_a_suppressor_in_alarm_suppresses_its_actions(self, account: Account) -> None:
        child, suppressor = account.metric("child"), account.metric("maintenance")
        account.composite("parent", "ALARM(child)", ActionsSuppressor="maintenance")
        ring(suppressor)
        ring(child)
        assert alarm_actions.is_suppressed(account.done[-1])
        ring(suppressor, "OK")
        ring(child, "OK")
        assert not alarm_actions.is_suppressed(account.done[-1])


def test_a_state_that_was_set_by_hand_is_held_for_some_seconds(account: Account) -> None:
    alarm = account.metric("a")
    now = datetime.now().timestamp()
    assert not is_held(alarm, now)
    hold(alarm)
    assert is_held(alarm, now + 8)
    assert not is_held(alarm, now + 12)


class TestMessages:
    def change(self, account: Account, **more: Any) -> StateChange:
        ring(account.metric("a", **more))
        return account.done[-1]

    def test_a_topic_gets_the_metric_and_the_condition(self, account: Account) -> None:
        document = json.loads(notification(self.change(account)))
        trigger = document["Trigger"]
        assert (document["NewStateValue"], document["OldStateValue"]) == (
            "ALARM",
            "INSUFFICIENT_DATA",
        )
        assert document["Region"] == "US East (Ohio)"
        assert trigger["Dimensions"] == [{"value": "f", "name": "FunctionName"}]
        assert (trigger["Statistic"], trigger["StatisticType"]) == ("SUM", "Statistic")
        assert (trigger["Threshold"], trigger["DatapointsToAlarm"]) == (5.0, 2)
        assert (trigger["TreatMissingData"], trigger["Unit"]) == ("", None)

    def test_of_several_metrics_it_gets_all(self, account: Account) -> None:
        metric = {key: METRIC[key] for key in ("Namespace", "MetricName", "Dimensions")}
        stat = {"Metric": metric, "Period": 60, "Stat": "p99"}
        queries = [
            {"Id": "e", "Expression": "m / 2", "Label": "half"},
            {"Id": "m", "MetricStat": stat, "ReturnData": False},
        ]
        change = self.change(account, Metrics=queries)
        expression, measured = json.loads(notification(change))["Trigger"]["Metrics"]
        assert expression == {**queries[0], "ReturnData": True}
        assert measured["MetricStat"]["Metric"]["Dimensions"] == [
            {"value": "f", "name": "FunctionName"}
        ]
        _, invoked = json.loads(invocation(change))["alarmData"]["configuration"]["metrics"]
        assert invoked["metricStat"]["metric"]["dimensions"] == {"FunctionName": "f"}
        assert "- MetricExpression:                    m / 2\n" in alarm_mail.text(change)

    def test_a_mail_reads_as_awss(self, account: Account) -> None:
        change = self.change(account, AlarmDescription="What to do.")
        text = alarm_mail.text(change)
        assert subject(change) == 'ALARM: "a" in US East (Ohio)'
        assert text.startswith(
            'You are receiving this email because your Amazon CloudWatch Alarm "a" in the US East '
            '(Ohio) region has entered the ALARM state, because "a reason" at "'
        )
        assert "- State Change:               INSUFFICIENT_DATA -> ALARM\n" in text
        assert (
            "- The alarm is in the ALARM state when the metric is GreaterThanThreshold 5.0 for at "
            "least 2 of the last 3 period(s) of 60 seconds.\n"
        ) in text
        assert f"- ALARM: [{TOPIC}]\n" in text

    def test_a_function_gets_both_states(self, account: Account) -> None:
        document = json.loads(invocation(self.change(account)))
        data = document["alarmData"]
        assert data["state"]["value"] == "ALARM"
        assert "reasonData" in data["state"]
        assert data["previousState"]["value"] == "INSUFFICIENT_DATA"
        (metric,) = data["configuration"]["metrics"]
        assert metric["metricStat"]["stat"] == "Sum"

    @pytest.mark.parametrize(
        ("region", "name"),
        [
            ("eu-north-1", "EU (Stockholm)"),
            ("ap-southeast-2", "Asia Pacific (Sydney)"),
            ("mars-1", "mars-1"),
        ],
    )
    def test_regions_have_their_long_names(self, region: str, name: str) -> None:
        assert region_name(region) == name


class TestHistory:
    @pytest.fixture
    def items(self, account: Account) -> Any:
        alarm = account.metric("a")
        account.composite("above", "ALARM(a)")
        for state in ("ALARM", "OK", "ALARM"):
            ring(alarm, state)
        return account.store.histories

    def summaries(self, items: Any, **filters: Any) -> list[str]:
        page = alarm_history.page(items, filters)
        return [item["HistorySummary"].rpartition(" ")[2] for item in page["AlarmHistoryItems"]]

    def test_the_newest_comes_first(self, items: Any) -> None:
        assert self.summaries(items, alarm_name="a") == ["ALARM", "OK", "ALARM"]
        ascending = self.summaries(items[:2], scan_by="TimestampAscending")
        assert ascending == self.summaries(items[:2])[::-1]

    def test_composite_alarms_are_asked_for(self, items: Any) -> None:
        assert len(self.summaries(items)) == 3
        assert len(self.summaries(items, alarm_types=["CompositeAlarm"])) == 3
        assert len(self.summaries(items, alarm_name="above")) == 3

    def test_items_are_filtered_by_kind_and_time(self, items: Any) -> None:
        later = items[-1]["Timestamp"] + timedelta(seconds=1)
        assert self.summaries(items, history_item_type="Action") == []
        assert self.summaries(items, start_date=later) == []
        assert len(self.summaries(items, end_date=later)) == 3

    def test_a_page_leads_to_the_next(self, items: Any) -> None:
        first = alarm_history.page(items, {"alarm_name": "a", "max_records": 2})
        second = alarm_history.page(
            items, {"alarm_name": "a", "max_records": 2, "next_token": first["NextToken"]}
        )
        assert [len(page["AlarmHistoryItems"]) for page in (first, second)] == [2, 1]
        assert "NextToken" not in second


class TestDescriptions:
    @pytest.fixture
    def alarms(self, account: Account) -> list[Any]:
        first = account.metric("a-1", OKActions=["arn:ok"])
        account.metric("a-2")
        account.metric("b")
        account.composite("c", f'ALARM(a-2) OR NOT OK("{first.alarm["AlarmArn"]}")')
        ring(first, "OK")
        return [alarm.alarm for alarm in account.store.alarms.values()]

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            ({}, ["a-1", "a-2", "b"]),
            ({"alarm_types": ["CompositeAlarm"]}, ["c"]),
            ({"alarm_types": ["CompositeAlarm", "MetricAlarm"]}, ["c", "a-1", "a-2", "b"]),
            ({"alarm_names": ["b", "c"]}, ["b"]),
            ({"alarm_name_prefix": "a-"}, ["a-1", "a-2"]),
            ({"alarm_name_prefix": "a-", "state_value": "OK"}, ["a-1"]),
            ({"action_prefix": "arn:ok"}, ["a-1"]),
            ({"action_prefix": TOPIC[:12]}, ["a-1", "a-2", "b"]),
            ({"children_of_alarm_name": "c"}, ["a-1", "a-2"]),
            ({"parents_of_alarm_name": "a-1", "alarm_types": ["CompositeAlarm"]}, ["c"]),
            ({"parents_of_alarm_name": "b", "alarm_types": ["CompositeAlarm"]}, []),
        ],
    )
    def test_they_are_filtered(
        self, alarms: list[Any], filters: dict[str, Any], names: list[str]
    ) -> None:
        page = alarm_descriptions.page(alarms, filters)
        described = [*page["CompositeAlarms"], *page["MetricAlarms"]]
        assert [alarm["AlarmName"] for alarm in described] == names

    def test_a_page_leads_to_the_next(self, alarms: list[Any]) -> None:
        first = alarm_descriptions.page(alarms, {"max_records": 2})
        second = alarm_descriptions.page(
            alarms, {"max_records": 2, "next_token": first["NextToken"]}
        )
        assert [len(page["MetricAlarms"]) for page in (first, second)] == [2, 1]
        assert "NextToken" not in second
