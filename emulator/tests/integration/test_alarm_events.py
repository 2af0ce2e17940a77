"""Rules hear of alarms whose states change."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.integration.conftest import REGION, Cloud
from tests.waiting import eventually


def test_a_rule_gets_both_states_even_of_an_alarm_without_actions(cloud: Cloud) -> None:
    name = f"alarm-{uuid.uuid4().hex[:8]}"
    sqs, events, cloudwatch = (cloud.client(each) for each in ("sqs", "events", "cloudwatch"))
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:000000000000:{name}"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    wanted = {"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(wanted))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="N",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
        ActionsEnabled=False,
    )

    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried")

    def received() -> list[Any]:
        messages: list[Any] = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        return messages

    (message,) = eventually(received, "event", timeout_s=20)
    event = json.loads(message["Body"])
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"] == [f"arn:aws:cloudwatch:{REGION}:000000000000:alarm:{name}"]
    detail = event["detail"]
    assert (detail["alarmName"], detail["state"]["reason"]) == (name, "tried")
    assert detail["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert detail["configuration"]["metrics"][0]["metricStat"]["stat"] == "Sum"
    cloudwatch.delete_alarms(AlarmNames=[name])
