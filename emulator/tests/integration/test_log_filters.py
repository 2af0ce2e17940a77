"""Patterns filter log events: when they are searched, measured and passed on."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.waiting import eventually

EVENTS = ('{"level": "ERROR", "ms": 12}', '{"level": "INFO", "ms": 5}', "START x", "GET /a 404 17")


class Group:
    """A log group with one stream."""

    def __init__(self, cloud: Cloud) -> None:
        self.logs = cloud.client("logs")
        self.name = f"group-{uuid.uuid4().hex[:8]}"
        self.logs.create_log_group(logGroupName=self.name)
        self.logs.create_log_stream(logGroupName=self.name, logStreamName="s")

    def write(self, *messages: str) -> None:
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": message} for message in messages]
        self.logs.put_log_events(logGroupName=self.name, logStreamName="s", logEvents=events)

    def found(self, pattern: str) -> list[str]:
        events = self.logs.filter_log_events(logGroupName=self.name, filterPattern=pattern)
        return [event["message"] for event in events["events"]]


@pytest.fixture
def group(cloud: Cloud) -> Iterator[Group]:
    made = Group(cloud)
    yield made
    made.logs.delete_log_group(logGroupName=made.name)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", EVENTS),
        ("ERROR", EVENTS[:1]),
        ("?START ?GET", EVENTS[2:]),
        ("{ $.ms < 10 }", EVENTS[1:2]),
        ("[method, path, code = 4*, size]", EVENTS[3:]),
    ],
)
def test_a_search_finds_what_matches(group: Group, pattern: str, found: tuple[str, ...]) -> None:
    group.write(*EVENTS)
    assert group.found(pattern) == list(found)


def test_text_that_is_no_pattern_is_refused(group: Group) -> None:
    metric = {"metricName": "m", "metricNamespace": "N", "metricValue": "1"}
    with pytest.raises(ClientError, match="Invalid character"):
        group.found("a-b")
    with pytest.raises(ClientError, match="InvalidParameterException"):
        group.logs.put_metric_filter(
            logGroupName=group.name,
            filterName="f",
            filterPattern="{ $.a }",
            metricTransformations=[metric],
        )


def test_a_pattern_can_be_tried(cloud: Cloud) -> None:
    tried = cloud.client("logs").test_metric_filter(
        filterPattern="{ $.ms > 10 }", logEventMessages=list(EVENTS)
    )
    (match,) = tried["matches"]
    assert (match["eventNumber"], match["extractedValues"]) == (1, {"$.ms": "12"})


def test_matching_events_of_the_group_are_measured(cloud: Cloud, group: Group) -> None:
    metric = {"metricName": "Took", "metricNamespace": group.name, "metricValue": "$.ms"}
    dimensions = {"Level": "$.level"}
    other = Group(cloud)
    for name in (group.name, other.name):
        for pattern in ("replaced", "{ $.ms = * }"):
            group.logs.put_metric_filter(
                logGroupName=name,
                filterName="f",
                filterPattern=pattern,
                metricTransformations=[metric | {"dimensions": dimensions, "unit": "Milliseconds"}],
            )
    (stored,) = group.logs.describe_metric_filters(logGroupName=group.name)["metricFilters"]
    assert stored["filterPattern"] == "{ $.ms = * }"
    group.write(*EVENTS)

    def measured() -> Any:
        now = datetime.now(UTC)
        return cloud.client("cloudwatch").get_metric_statistics(
            Namespace=group.name,
            MetricName="Took",
            Dimensions=[{"Name": "Level", "Value": "ERROR"}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]

    (point,) = eventually(measured, "data point", timeout_s=20)
    assert (point["Sum"], point["SampleCount"], point["Unit"]) == (12.0, 1.0, "Milliseconds")
    other.logs.delete_log_group(logGroupName=other.name)


WRITES = """
import base64, gzip, json

def handle(event, context):
    document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    print("got", [each["message"] for each in document["logEvents"]])
"""


def test_a_subscribed_function_gets_what_matches_if_it_may_be_invoked(
    cloud: Cloud, group: Group
) -> None:
    function = cloud.function(WRITES)
    arn = cloud.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    subscribe: dict[str, str] = {
        "logGroupName": group.name,
        "filterName": "f",
        "filterPattern": "{ $.level = ERROR }",
        "destinationArn": arn,
    }
    with pytest.raises(ClientError, match="Could not execute the lambda function"):
        group.logs.put_subscription_filter(**subscribe)
    cloud.client("lambda").add_permission(
        FunctionName=function,
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
        SourceArn=f"arn:aws:logs:us-east-2:000000000000:log-group:{group.name}:*",
    )
    group.logs.put_subscription_filter(**subscribe)
    group.write(*EVENTS)

    def printed() -> list[str]:
        name = f"/aws/lambda/{function}"
        if not group.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
            return []
        events = group.logs.filter_log_events(logGroupName=name, filterPattern="got")
        return [event["message"].strip() for event in events["events"]]

    (line,) = eventually(printed, "line of the function", timeout_s=30)
    assert line == f"got {[EVENTS[0]]}"
