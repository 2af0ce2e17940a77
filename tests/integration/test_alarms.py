"""Every alarm of prod rings, tells the operations topic, and names the runbook.

By a real cause where it is cheap: messages in queues, errors and throttles of functions, what
functions log. The last test puts what is measured beyond every threshold: it shows that the alarm
rings, and not that the emulator or AWS counts (emulator/tests/integration/test_service_metrics.py).
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab.core import naming
from lab.core.target import Target
from lab.shop import alarms, carts, purchase
from tests.waiting import eventually

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]

PATIENCE_S = 60.0
BEYOND: dict[str, float] = {"Average": 1.0}
UNITS = {"Duration": "Milliseconds", "Latency": "Milliseconds"}
Described = dict[str, Any]


@dataclass
class Inbox:
    """A queue that listens to the operations topic, and the alarms that it has heard ring."""

    client: Any
    url: str
    heard: dict[str, Described] = field(default_factory=dict)

    def listen(self) -> dict[str, Described]:
        """By name, what every alarm said that has rung so far."""
        answer = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            said = json.loads(json.loads(message["Body"])["Message"])
            if said.get("NewStateValue") == "ALARM":
                self.heard[said["AlarmName"]] = said
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.heard


@pytest.fixture(scope="module")
def inbox(prod: Target) -> Iterator[Inbox]:
    sqs, sns = prod.client("sqs"), prod.client("sns")
    name = f"inbox-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn["QueueArn"],
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    subscribed = sns.subscribe(
        TopicArn=topic(prod), Protocol="sqs", Endpoint=arn["QueueArn"], ReturnSubscriptionArn=True
    )
    yield Inbox(sqs, url)
    sns.unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def topic(target: Target) -> str:
    pages = target.client("sns").get_paginator("list_topics").paginate()
    arns = (topic["TopicArn"] for page in pages for topic in page["Topics"])
    return str(next(arn for arn in arns if arn.endswith(f":{target.named('operations')}")))


def rings(target: Target, name: str) -> bool:
    return next(alarm for alarm in alarms.read(target) if alarm.name == name).rings


def hear(inbox: Inbox, target: Target, name: str) -> Described:
    """What the alarm told the topic when it began to ring."""
    full = target.named(name)
    return eventually(lambda: inbox.listen().get(full), f"message of {full}", PATIENCE_S)


def order(target: Target, file: str) -> str:
    cart = carts.read(carts.CARTS / file)
    return str(purchase.buy(target, cart.request, "ada").order["status"])


def test_an_environment_in_which_nobody_orders_rings_until_somebody_does(
    prod: Target, inbox: Inbox
) -> None:
    """Needs a prod in which nobody has ordered yet: this module is the first that looks at it."""
    # It has rung since the deployment, before anybody could listen.
    quiet = {"StateValue": "OK", "StateReason": "to hear it ring again"}
    prod.client("cloudwatch").set_alarm_state(AlarmName=prod.named("no-orders"), **quiet)
    hear(inbox, prod, "no-orders")
    hear(inbox, prod, "unhealthy")

    assert order(prod, "01-first-order.json") == "CONFIRMED"

    eventually(lambda: not rings(prod, "no-orders"), "end of the alarm", PATIENCE_S)


@pytest.mark.parametrize("queue", ["compensation", "notifications-dlq", "undelivered"])
def test_a_message_in_a_queue_that_should_be_empty_rings(
    prod: Target, inbox: Inbox, queue: str
) -> None:
    sqs = prod.client("sqs")
    url = sqs.get_queue_url(QueueName=prod.named(queue))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")

    said = hear(inbox, prod, f"{queue}-not-empty")

    assert said["AlarmDescription"].endswith(f"docs/runbook.md#{queue}-not-empty")
    sqs.purge_queue(QueueUrl=url)


def test_a_function_that_fails_rings(prod: Target, inbox: Inbox) -> None:
    for _ in range(3):
        answer = prod.client("lambda").invoke(
            FunctionName=prod.named("payment-processor"), Qualifier="live", Payload=b"{}"
        )
        assert "FunctionError" in answer

    hear(inbox, prod, "function-errors-payment-processor")


def test_orders_that_are_rejected_do_not_ring(prod: Target) -> None:
    """Three refusals are three errors to Lambda: as many as the alarm asks for."""
    for _ in range(3):
        assert order(prod, "16-out-of-stock.json") == "REJECTED"

    eventually(lambda: summed(prod, "AWS/Lambda", "Errors", STOCK_CHECKER) >= 3, "errors")
    eventually(
        lambda: summed(prod, naming.shop().metric_namespace, "StepRejections", RESERVE) >= 3,
        "rejections",
    )
    eventually(lambda: not rings(prod, "function-errors-stock-checker"), "quiet alarm")


STOCK_CHECKER = {"FunctionName": "checkout-prod-stock-checker"}
RESERVE = {"environment": "prod", "step": "ReserveStock"}


def summed(target: Target, namespace: str, metric: str, dimensions: dict[str, str]) -> float:
    now = datetime.now(UTC)
    found = target.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3660,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))


def test_a_function_that_may_not_run_rings(prod: Target, inbox: Inbox) -> None:
    functions, name = prod.client("lambda"), prod.named("cart-validator")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with contextlib.suppress(ClientError):
        functions.invoke(FunctionName=name, Qualifier="live", Payload=b"{}")
    functions.delete_function_concurrency(FunctionName=name)

    hear(inbox, prod, "function-throttles-cart-validator")


def test_every_alarm_rings_at_what_aws_would_measure(prod: Target, inbox: Inbox) -> None:
    client = prod.client("cloudwatch")
    pages = client.get_paginator("describe_alarms")
    wanted = pages.paginate(AlarmNamePrefix=prod.named(""), AlarmTypes=["MetricAlarm"])
    every = wanted.build_full_result()
    for alarm in every["MetricAlarms"]:
        if alarm["TreatMissingData"] != "breaching":  # that one rings when nothing is measured
            put_beyond(client, alarm)

    names = {alarm["AlarmName"] for alarm in every["MetricAlarms"]} | {prod.named("unhealthy")}
    deadline = time.monotonic() + PATIENCE_S
    while missing := names - inbox.listen().keys():
        assert time.monotonic() < deadline, f"not heard of: {sorted(missing)}"
    for said in inbox.heard.values():
        assert "docs/runbook.md#" in said["AlarmDescription"]


def put_beyond(client: Any, alarm: Described) -> None:
    """Measures beyond the threshold, for as long as the alarm looks back."""
    asked = next((q["MetricStat"] for q in alarm.get("Metrics", []) if "MetricStat" in q), None)
    metric, period = (asked["Metric"], asked["Period"]) if asked else (alarm, alarm["Period"])
    now = datetime.now(UTC)
    client.put_metric_data(
        Namespace=metric["Namespace"],
        MetricData=[
            {
                "MetricName": metric["MetricName"],
                "Dimensions": metric["Dimensions"],
                # Values of another unit would be another series.
                "Unit": UNITS.get(metric["MetricName"], "Count"),
                "Value": BEYOND.get(alarm.get("Statistic", ""), 10 * alarm["Threshold"]),
                "Timestamp": now - timedelta(seconds=period * ago),
            }
            for ago in range(alarm["EvaluationPeriods"])
        ],
    )
