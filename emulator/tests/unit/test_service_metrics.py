"""The metrics of services: what is counted, with which dimensions, and how it is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.apigateway import metrics as of_apis
from localstack_host.services.cloudwatch import emf, metric_delivery
from localstack_host.services.cloudwatch.metric_delivery import (
    Dimensions,
    Metrics,
    Row,
    Source,
    merge,
)
from localstack_host.services.events import metrics as of_rules
from localstack_host.services.lambda_.monitoring import metrics as of_functions
from localstack_host.services.sns import metrics as of_topics
from localstack_host.services.sqs import metrics as of_queues
from localstack_host.services.stepfunctions import metrics as of_executions

ACCOUNT, REGION = "000000000000", "us-east-2"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"


class Recorded:
    """Takes the place of the delivery."""

    def __init__(self) -> None:
        self.all: list[tuple[Source, Row]] = []

    def add(self, source: Source, row: Row) -> None:
        assert source.place[:2] == (ACCOUNT, REGION)
        self.all.append((source, row))

    def by_dimensions(self) -> dict[tuple[str, ...], dict[str, float]]:
        """By the values of the dimensions, the sum of each metric."""
        found: dict[tuple[str, ...], dict[str, float]] = {}
        for source, row in self.all:
            for dimensions in source.dimension_sets:
                sums = found.setdefault(tuple(value for _, value in dimensions), {})
                for (name, _unit), value in zip(source.metrics, row, strict=True):
                    sums[name] = sums.get(name, 0.0) + value
        return found


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    here = Recorded()
    monkeypatch.setattr(metric_delivery, "delivery", lambda: here)
    monkeypatch.setattr(emf, "delivery", lambda: here)
    return here


class TestDelivery:
    WHOLE: Dimensions = (("a", "1"),)
    PART: Dimensions = (("a", "1"), ("b", "2"))
    SOURCE = Source(
        (ACCOUNT, REGION, "N"), (WHOLE, PART), (("m", "Count"), ("t", None)), 1_700_000_000
    )

    def test_values_of_a_metric_and_second_are_one_data_point(self) -> None:
        later = self.SOURCE._replace(second=self.SOURCE.second + 1)
        other = self.SOURCE._replace(place=("1", REGION, "N"))
        both = merge(
            [
                (self.SOURCE, (1.0, 7.0)),
                (later, (5.0, 7.0)),
                (self.SOURCE, (0.0, 8.0)),
                (self.SOURCE, (1.0, 9.0)),
                (other, (1.0, 7.0)),
            ]
        )
        first, part, time, *_ = both[self.SOURCE.place]
        assert (first["Values"], first["Counts"]) == ([1.0, 0.0], [2.0, 1.0])
        assert first["Timestamp"] == datetime.fromtimestamp(1_700_000_000, UTC)
        assert first["Dimensions"] == [{"Name": "a", "Value": "1"}]
        assert part == {**first, "Dimensions": [*first["Dimensions"], {"Name": "b", "Value": "2"}]}
        assert (time["MetricName"], time["Values"]) == ("t", [7.0, 8.0, 9.0])
        assert "Unit" not in time
        assert [len(points) for points in both.values()] == [8, 4]

    def test_what_waits_is_sent_together(self) -> None:
        sent: Queue[Any] = Queue()
        delivery = Metrics(lambda place, points: sent.put((place, points)), wait_s=0.05)
        for value in (1.0, 2.0):
            delivery.add(self.SOURCE, (value, 0.0))
        place, (point, *_) = sent.get(timeout=5)
        assert (place, point["Values"], point["Unit"]) == (self.SOURCE.place, [1.0, 2.0], "Count")


class TestExecutions:
    def execution(self, status: str) -> Any:
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        return SimpleNamespace(
            account_id=ACCOUNT,
            region_name=REGION,
            state_machine_arn="arn:machine",
            exec_status=status,
            start_date=begin,
            stop_date=begin + timedelta(milliseconds=1500),
        )

    @pytest.mark.parametrize(
        ("status", "metric"),
        [
            ("SUCCEEDED", "ExecutionsSucceeded"),
            ("FAILED", "ExecutionsFailed"),
            ("TIMED_OUT", "ExecutionsTimedOut"),
            ("ABORTED", "ExecutionsAborted"),
        ],
    )
    def test_each_end_is_counted_with_its_time(
        self, recorded: Recorded, status: str, metric: str
    ) -> None:
        of_executions.ended(self.execution(status))
        assert recorded.by_dimensions() == {("arn:machine",): {metric: 1, "ExecutionTime": 1500}}

    def test_a_start_is_counted(self, recorded: Recorded) -> None:
        of_executions.started(self.execution("RUNNING"))
        assert recorded.by_dimensions() == {("arn:machine",): {"ExecutionsStarted": 1}}

    def test_a_running_one_has_not_ended(self, recorded: Recorded) -> None:
        of_executions.ended(self.execution("RUNNING"))
        assert recorded.all == []


class TestApis:
    def context(self, **settings: Any) -> Any:
        return SimpleNamespace(
            account_id=ACCOUNT,
            region=REGION,
            stage="v1",
            deployment=SimpleNamespace(rest_api=SimpleNamespace(rest_api={"name": "shop"})),
            resource={"path": "/orders/{id}"},
            resource_method={"httpMethod": "ANY"},
            invocation_request={"http_method": "GET"},
            stage_configuration={"methodSettings": settings},
        )

    @pytest.mark.parametrize(
        ("status", "client", "server"), [(200, 0, 0), (404, 1, 0), (429, 1, 0), (503, 0, 1)]
    )
    def test_every_request_counts_and_an_error_is_one(
        self, recorded: Recorded, status: int, client: int, server: int
    ) -> None:
        of_apis.answered(self.context(), status, 12.4, 10.0)
        counted = {
            **{"Count": 1, "4XXError": client, "5XXError": server},
            **{"Latency": 12, "IntegrationLatency": 10},
        }
        assert recorded.by_dimensions() == {("shop",): counted, ("shop", "v1"): counted}

    def test_without_an_integration_there_is_no_time_of_it(self, recorded: Recorded) -> None:
        of_apis.answered(self.context(), 403, 1.0, None)
        assert "IntegrationLatency" not in recorded.by_dimensions()["shop",]

    @pytest.mark.parametrize(
        ("settings", "detailed"),
        [
            ({}, False),
            ({"*/*": {"metricsEnabled": True}}, True),
            ({"*/*": {"metricsEnabled": False}}, False),
            ({"orders~1{id}/GET": {"metricsEnabled": True}}, True),
            ({"~1orders~1{id}/GET": {"metricsEnabled": True}}, True),
            (
                {"*/*": {"metricsEnabled": True}, "orders~1{id}/GET": {"metricsEnabled": False}},
                False,
            ),
            ({"orders~1{id}/POST": {"metricsEnabled": True}}, False),
        ],
    )
    def test_a_method_has_its_own_metrics_if_the_stage_says_so(
        self, recorded: Recorded, settings: Any, detailed: bool
    ) -> None:
        of_apis.answered(self.context(**settings), 200, 1.0, 1.0)
        places = set(recorded.by_dimensions())
        assert (("shop", "v1", "/orders/{id}", "ANY") in places) is detailed

    def test_what_no_stage_answered_is_not_counted(self, recorded: Recorded) -> None:
        context = self.context()
        context.deployment = None
        of_apis.answered(context, 404, 1.0, None)
        assert recorded.all == []


class TestRules:
    def sender(self, rule: str) -> Any:
        arn = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"
        return SimpleNamespace(account_id=ACCOUNT, region=REGION, rule_arn=arn)

    @pytest.mark.parametrize(
        ("rule", "dimensions"),
        [("confirmed", ("confirmed",)), ("shop/confirmed", ("shop", "confirmed"))],
    )
    def test_targets_are_counted_by_rule_and_bus(
        self, recorded: Recorded, rule: str, dimensions: tuple[str, ...]
    ) -> None:
        of_rules.invoked(self.sender(rule), well=True)
        of_rules.invoked(self.sender(rule), well=False)
        assert recorded.by_dimensions() == {dimensions: {"Invocations": 2, "FailedInvocations": 1}}

    def test_a_match_is_counted_once(self, recorded: Recorded) -> None:
        rule = SimpleNamespace(
            account_id=ACCOUNT, region=REGION, name="confirmed", event_bus_name="default"
        )
        of_rules.triggered(rule)
        assert recorded.by_dimensions() == {
            ("confirmed",): {"MatchedEvents": 1, "TriggeredRules": 1}
        }

    @pytest.mark.parametrize("result", [True, False])
    def test_the_comparison_is_noted_and_answered(self, result: bool) -> None:
        assert of_rules.noting(lambda _pattern, _event: result)({}, {}) is result
        assert of_rules.MATCHING.matched is result


class TestTopics:
    def test_a_message_is_counted_with_its_size(self, recorded: Recorded) -> None:
        of_topics.published(TOPIC, SimpleNamespace(message_content=lambda _protocol: "größe"))
        assert recorded.by_dimensions() == {
            ("orders",): {"NumberOfMessagesPublished": 1, "PublishSize": 7}
        }

    @pytest.mark.parametrize(
        ("success", "metric"),
        [(True, "NumberOfNotificationsDelivered"), (False, "NumberOfNotificationsFailed")],
    )
    def test_a_delivery_is_counted_as_it_ended(
        self, recorded: Recorded, success: bool, metric: str
    ) -> None:
        called: list[Any] = []
        deliver = of_topics.counting_deliveries(lambda *arguments, **_: called.append(arguments))
        deliver("message", {"TopicArn": TOPIC}, success, topic_attributes={})
        deliver("message", {"Protocol": "sms"}, success)
        assert recorded.by_dimensions() == {("orders",): {metric: 1}}
        assert len(called) == 2

    @pytest.mark.parametrize(
        ("wanted", "pending", "counted"),
        [(True, "false", 0), (False, "false", 1), (None, "true", 0)],
    )
    def test_a_message_that_a_policy_keeps_back_is_counted(
        self, recorded: Recorded, wanted: Any, pending: str, counted: int
    ) -> None:
        decide = of_topics.counting_filtered(lambda *_: wanted)
        subscriber = {"TopicArn": TOPIC, "PendingConfirmation": pending}
        assert decide(None, {}, "message", subscriber) is wanted
        assert len(recorded.all) == counted


class TestQueues:
    def message(self, sent: float) -> Any:
        attributes = {"SentTimestamp": str(int(sent * 1000))}
        return SimpleNamespace(message={"Attributes": attributes})

    def test_the_oldest_message_waits_or_was_received(self) -> None:
        first, second, third = (self.message(sent) for sent in (100, 50, 30))
        waiting = SimpleNamespace(visible=SimpleNamespace(queue=[first]), inflight=[second])
        group = SimpleNamespace(messages=[third])
        fifo = SimpleNamespace(message_groups={"g": group}, inflight=[second])
        empty = SimpleNamespace(visible=SimpleNamespace(queue=[]), inflight=[])
        assert [of_queues.oldest(each, 200) for each in (waiting, fifo, empty)] == [50, 30, 200]


def test_invocations_that_run_are_counted(recorded: Recorded) -> None:
    function = SimpleNamespace(account=ACCOUNT, region=REGION, function_name="f")
    of_functions.running(function, 3)
    of_functions.throttled(function)
    assert recorded.by_dimensions() == {("f",): {"ConcurrentExecutions": 3, "Throttles": 1}}


def test_metrics_in_log_events_keep_their_own_time_and_wrong_ones_are_left_out(
    recorded: Recorded,
) -> None:
    directive = {"Namespace": "N", "Dimensions": [["a"]], "Metrics": [{"Name": "m"}]}
    metadata = {"Timestamp": 1_700_000_000_000, "CloudWatchMetrics": [directive]}
    documents = [{"a": 1, "m": [1, 2]}, {"a": 1}, {"m": 1}, {"a": 1, "m": "many"}]
    events = [{"message": json.dumps({"_aws": metadata, **each})} for each in documents]
    emf.publish(ACCOUNT, REGION, events)
    assert [row for _, row in recorded.all] == [(1,), (2,)]
    source = recorded.all[0][0]
    assert (source.second, source.dimension_sets) == (1_700_000_000, ((("a", "1"),),))
    assert source.metrics == (("m", "None"),)
