"""What the services do is counted in CloudWatch, where alarms find it."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.integration.conftest import REGION, Cloud
from tests.integration.test_differences import an_api
from tests.waiting import eventually

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "E"}}}


def sums(cloud: Cloud, namespace: str, dimensions: dict[str, str]) -> dict[str, float]:
    """By metric, the sum of the last hour, of those with exactly these dimensions."""
    client = cloud.client("cloudwatch")
    pairs = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    listed = client.list_metrics(Namespace=namespace, Dimensions=pairs)["Metrics"]
    now = datetime.now(UTC)
    found: dict[str, float] = {}
    for metric in listed:
        if len(metric["Dimensions"]) == len(pairs):
            points = client.get_metric_statistics(
                **metric,
                StartTime=now - timedelta(hours=1),
                EndTime=now + timedelta(minutes=1),
                Period=3600,
                Statistics=["Sum"],
            )["Datapoints"]
            found[metric["MetricName"]] = sum(point["Sum"] for point in points)
    return found


def expect(
    cloud: Cloud, namespace: str, dimensions: dict[str, str], wanted: dict[str, float]
) -> None:
    def counted() -> bool:
        return wanted.items() <= sums(cloud, namespace, dimensions).items()

    eventually(counted, f"{wanted} in {namespace}", timeout_s=20)


def a_machine(cloud: Cloud, definition: Any) -> str:
    name = f"m-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}}
    policy = {"Version": "2012-10-17", "Statement": [trust | {"Action": "sts:AssumeRole"}]}
    role = cloud.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(policy)
    )
    made = cloud.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=role["Role"]["Arn"]
    )
    return str(made["stateMachineArn"])


@pytest.mark.parametrize(
    ("definition", "ended"), [(PASS, "ExecutionsSucceeded"), (FAIL, "ExecutionsFailed")]
)
def test_executions_are_counted_as_they_end(cloud: Cloud, definition: Any, ended: str) -> None:
    machine = a_machine(cloud, definition)
    for _ in range(2):
        cloud.client("stepfunctions").start_execution(stateMachineArn=machine)
    expect(
        cloud, "AWS/States", {"StateMachineArn": machine}, {"ExecutionsStarted": 2.0, ended: 2.0}
    )


def test_requests_to_an_api_are_counted_with_their_errors(cloud: Cloud) -> None:
    before = sums(cloud, "AWS/ApiGateway", {"ApiName": "probe", "Stage": "s"})
    url = an_api(cloud, **{"/*/*/metrics/enabled": "true"})
    httpx.get(url).raise_for_status()
    assert httpx.get(f"{url}/unknown").status_code == 403

    wanted = {"Count": 2.0, "4XXError": 1.0, "5XXError": 0.0}
    wanted = {name: before.get(name, 0.0) + more for name, more in wanted.items()}
    expect(cloud, "AWS/ApiGateway", {"ApiName": "probe", "Stage": "s"}, wanted)
    method = {"ApiName": "probe", "Stage": "s", "Resource": "/x", "Method": "GET"}
    eventually(lambda: "Count" in sums(cloud, "AWS/ApiGateway", method), "metrics of a method")


def test_an_event_a_message_and_a_log_event_are_counted(cloud: Cloud) -> None:
    name = f"n-{uuid.uuid4().hex[:8]}"
    topic = cloud.client("sns").create_topic(Name=name)["TopicArn"]
    queue = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:000000000000:{name}"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    cloud.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    events, logs = cloud.client("events"), cloud.client("logs")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")

    cloud.client("sns").publish(TopicArn=topic, Message="hello")
    events.put_events(Entries=[{"Source": name, "DetailType": "d", "Detail": "{}"}])
    log_event = {"timestamp": int(time.time() * 1000), "message": "größe"}
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[log_event])

    delivered = {"NumberOfMessagesPublished": 1.0, "NumberOfNotificationsDelivered": 1.0}
    expect(cloud, "AWS/SNS", {"TopicName": name}, delivered)
    expect(cloud, "AWS/Events", {"RuleName": name}, {"TriggeredRules": 1.0, "Invocations": 1.0})
    expect(cloud, "AWS/SQS", {"QueueName": name}, {"NumberOfMessagesSent": 2.0})
    incoming = {"IncomingLogEvents": 1.0, "IncomingBytes": 33.0}
    expect(cloud, "AWS/Logs", {"LogGroupName": name}, incoming)
