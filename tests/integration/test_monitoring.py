"""The dashboard, the alarms and the saved queries of prod: nothing in them that nobody emits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from checkout.metrics import METRICS
from lab.core import naming, paths
from lab.core.target import Target

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]

OWN = naming.shop().metric_namespace
AWS: dict[str, tuple[set[str], set[str]]] = {
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    "AWS/ApiGateway": ({"ApiName", "Stage"}, {"Count", "4XXError", "5XXError", "Latency"}),
    # https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    "AWS/States": (
        {"StateMachineArn"},
        {
            *("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed"),
            *("ExecutionsTimedOut", "ExecutionsAborted", "ExecutionTime"),
        },
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": ({"FunctionName"}, {"Errors", "Throttles", "Duration", "ConcurrentExecutions"}),
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": ({"QueueName"}, {"ApproximateNumberOfMessagesVisible", "NumberOfMessagesSent"}),
    # https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    "AWS/SNS": ({"TopicName"}, {"NumberOfMessagesPublished"}),
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "AWS/DynamoDB": (
        {"TableName"},
        {
            *("ReadThrottleEvents", "WriteThrottleEvents"),
            *("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
        },
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    "AWS/Logs": ({"LogGroupName"}, {"IncomingBytes"}),
}
"""What AWS emits by itself: by namespace, the dimensions we ask by, and names of metrics."""


@dataclass(frozen=True)
class Read:
    """A metric that somebody reads."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def dashboard(prod: Target) -> Any:
    answer = prod.client("cloudwatch").get_dashboard(DashboardName="checkout-prod")
    return json.loads(answer["DashboardBody"])


@pytest.fixture(scope="module")
def alarms(prod: Target) -> Any:
    pages = prod.client("cloudwatch").get_paginator("describe_alarms")
    types = ["MetricAlarm", "CompositeAlarm"]
    wanted = pages.paginate(AlarmNamePrefix="checkout-prod-", AlarmTypes=types)
    return wanted.build_full_result()


@pytest.fixture(scope="module")
def queries(prod: Target) -> Any:
    said = prod.client("logs").describe_query_definitions(queryDefinitionNamePrefix="checkout-prod")
    return said["queryDefinitions"]


def read_by_dashboard(dashboard: Any) -> Iterator[Read]:
    for widget in dashboard["widgets"]:
        for row in widget["properties"].get("metrics", []):
            said = [part for part in row if isinstance(part, str)]
            if said:
                namespace, name, *pairs = said
                yield Read(namespace, name, tuple(zip(pairs[::2], pairs[1::2], strict=True)))


# Of an index, what is consumed and throttled has its name, too.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
OF_AN_INDEX = {"TableName", "GlobalSecondaryIndexName"}


def read_by_alarms(alarms: Any) -> Iterator[Read]:
    for alarm in alarms["MetricAlarms"]:
        asked = [q["MetricStat"]["Metric"] for q in alarm.get("Metrics", []) if "MetricStat" in q]
        for metric in asked or [alarm]:
            pairs = tuple((d["Name"], d["Value"]) for d in metric["Dimensions"])
            yield Read(metric["Namespace"], metric["MetricName"], pairs)


def check(read: Read) -> None:
    names = {name for name, _ in read.dimensions}
    if read.namespace == OWN:
        listed = {metric.name: {"environment", *metric.dimensions} for metric in METRICS}
        assert listed.get(read.name) == names, f"no function writes {read}"
    else:
        dimensions, metrics = AWS[read.namespace]
        if read.namespace == "AWS/DynamoDB" and names == OF_AN_INDEX:
            dimensions = OF_AN_INDEX
        assert (names, read.name in metrics) == (dimensions, True), f"AWS does not emit {read}"


def test_every_metric_on_the_dashboard_is_emitted(dashboard: Any) -> None:
    found = list(read_by_dashboard(dashboard))
    assert len(found) > 100
    for read in found:
        check(read)


def test_every_metric_of_an_alarm_is_emitted(alarms: Any) -> None:
    found = list(read_by_alarms(alarms))
    assert len(found) > 40
    for read in found:
        check(read)


def test_every_metric_of_ours_is_on_the_dashboard_or_in_an_alarm(
    dashboard: Any, alarms: Any
) -> None:
    """What nobody looks at is not worth its price."""
    looked_at = [*read_by_dashboard(dashboard), *read_by_alarms(alarms)]
    assert {m.name for m in METRICS} == {r.name for r in looked_at if r.namespace == OWN}


def test_the_steps_on_the_dashboard_are_those_of_the_workflow(dashboard: Any) -> None:
    workflow = paths.TERRAFORM / "modules" / "checkout" / "workflow.asl.json"
    states = json.loads(workflow.read_text())["States"].items()
    by_function = {name for name, state in states if "lambda:invoke" in state.get("Resource", "")}
    steps = {
        dict(read.dimensions)["step"]
        for read in read_by_dashboard(dashboard)
        if read.name == "StepDuration"
    }
    assert steps == by_function


def test_every_number_of_the_dashboard_has_a_name(dashboard: Any) -> None:
    for widget in dashboard["widgets"]:
        for row in widget["properties"].get("metrics", []):
            options = row[-1]
            assert options.get("label") or options.get("visible") is False, row


def test_every_alarm_has_a_section_of_the_runbook_and_every_section_an_alarm(alarms: Any) -> None:
    text = (paths.ROOT / "docs" / "runbook.md").read_text()
    sections = set(re.findall(r"^## ([a-z-]+)$", text, re.MULTILINE))
    every = [*alarms["MetricAlarms"], *alarms["CompositeAlarms"]]
    named = {alarm["AlarmName"]: alarm["AlarmDescription"].split() for alarm in every}
    led_to = {name: words[-1].removeprefix("docs/runbook.md#") for name, words in named.items()}

    assert set(led_to.values()) == sections
    for name, section in led_to.items():
        assert name.startswith(f"checkout-prod-{section}")


def test_every_function_table_and_queue_is_watched(prod: Target, alarms: Any) -> None:
    watched = {value for read in read_by_alarms(alarms) for _, value in read.dimensions}
    functions = prod.client("lambda").list_functions()["Functions"]
    tables = prod.client("dynamodb").list_tables()["TableNames"]
    queues = prod.client("sqs").list_queues(QueueNamePrefix="checkout-prod-")["QueueUrls"]

    there = {f["FunctionName"] for f in functions if "-prod-" in f["FunctionName"]}
    there |= {table for table in tables if table.endswith("-prod")}
    there |= {url.rpartition("/")[2] for url in queues} - {"checkout-prod-notifications"}
    assert len(there) == 7 + 7 + 3
    assert there <= watched


def test_the_alarm_over_all_alarms_knows_every_one(alarms: Any) -> None:
    (over_all,) = alarms["CompositeAlarms"]
    known = set(re.findall(r'ALARM\("([^"]+)"\)', over_all["AlarmRule"]))

    assert known == {alarm["AlarmArn"] for alarm in alarms["MetricAlarms"]}
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    assert len(known) <= 100
    assert len(over_all["AlarmRule"]) <= 10240


def test_every_saved_query_asks_log_groups_that_are_there(prod: Target, queries: Any) -> None:
    pages = prod.client("logs").get_paginator("describe_log_groups").paginate()
    there = {group["logGroupName"] for page in pages for group in page["logGroups"]}

    assert len(queries) > 5
    for query in queries:
        assert query["logGroupNames"], query["name"]
        assert set(query["logGroupNames"]) <= there, query["name"]


def test_the_access_log_is_json_and_has_no_token(prod: Target) -> None:
    gateway = prod.client("apigateway")
    (api,) = [a for a in gateway.get_rest_apis()["items"] if a["name"] == "checkout-prod"]
    settings = gateway.get_stage(restApiId=api["id"], stageName="prod")["accessLogSettings"]

    fields = json.loads(settings["format"])
    assert {"requestId", "status", "route", "latency", "ip"} <= fields.keys()
    assert not re.search(r"header|authori[sz]er|querystring|body", settings["format"], re.I)
    assert settings["destinationArn"].endswith(":log-group:/aws/apigateway/checkout-prod")


def test_requests_are_traced_all_the_way(prod: Target) -> None:
    gateway, states = prod.client("apigateway"), prod.client("stepfunctions")
    (api,) = [a for a in gateway.get_rest_apis()["items"] if a["name"] == "checkout-prod"]
    stage = gateway.get_stage(restApiId=api["id"], stageName="prod")
    machines = states.list_state_machines()["stateMachines"]
    (arn,) = [m["stateMachineArn"] for m in machines if m["name"] == "checkout-prod"]
    functions = prod.client("lambda").list_functions()["Functions"]
    ours = [f for f in functions if f["FunctionName"].startswith("checkout-prod-")]

    assert stage["tracingEnabled"]
    assert states.describe_state_machine(stateMachineArn=arn)["tracingConfiguration"]["enabled"]
    assert {function["TracingConfig"]["Mode"] for function in ours} == {"Active"}
