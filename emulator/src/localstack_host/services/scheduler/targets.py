"""What a schedule calls. A templated target names a resource, from which the call follows.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.scheduler.calls import UNIVERSAL, Call

Target = Mapping[str, Any]  # of CreateSchedule
Request = dict[str, Any]


def call_of(target: Target, text: str) -> Call:
    """The call that a target stands for; `text` is its input.

    Raises ValueError if the input of a universal target is no JSON.
    """
    arn: str = target["Arn"]
    if arn.startswith(UNIVERSAL):
        service, _, action = arn.removeprefix(UNIVERSAL).partition(":")
        return Call(service, action, json.loads(text))
    service, action, request_of = TEMPLATED[service_of(arn)]
    return Call(service, action, request_of(target, text))


def service_of(arn: str) -> str:
    """The service in an ARN. Raises ValueError for a text that is none."""
    _, _, service, _, _, _ = arn.split(":", 5)
    return service


def default_input(schedule_arn: str, scheduled: datetime) -> str:
    """What a templated target gets if no input is configured."""
    _, _, _, region, account, _ = schedule_arn.split(":", 5)
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "time": timestamp(scheduled),
        "region": region,
        "resources": [schedule_arn],
        "detail": "{}",
    }
    return json.dumps(event, separators=(",", ":"))


def timestamp(moment: datetime) -> str:
    """A time as Scheduler writes it: `2022-03-22T18:59:43Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def queue_url(arn: str) -> str:
    """The URL of a queue, as it is on AWS: only its path matters here."""
    _, _, _, region, account, name = arn.split(":", 5)
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


def _invoke(target: Target, text: str) -> Request:
    return {"FunctionName": target["Arn"], "InvocationType": "Event", "Payload": text}


def _send_message(target: Target, text: str) -> Request:
    request = {"MessageBody": text, "QueueUrl": queue_url(target["Arn"])}
    return {**request, **(target.get("SqsParameters") or {})}


def _publish(target: Target, text: str) -> Request:
    return {"TopicArn": target["Arn"], "Message": text}


def _start_execution(target: Target, text: str) -> Request:
    return {"StateMachineArn": target["Arn"], "Input": text}


def _put_events(target: Target, text: str) -> Request:
    of_event = {"EventBusName": target["Arn"], **target["EventBridgeParameters"]}
    return {"Entries": [{**of_event, "Detail": text}]}


def _put_kinesis_record(target: Target, text: str) -> Request:
    stream = target["Arn"].rpartition("/")[2]
    return {"StreamName": stream, **target["KinesisParameters"], "Data": text}


def _put_firehose_record(target: Target, text: str) -> Request:
    stream = target["Arn"].rpartition("/")[2]
    return {"DeliveryStreamName": stream, "Record": {"Data": text}}


def _of_aws_only(target: Target, text: str) -> Request:
    """A call that fails: the emulator does not have these services."""
    return {"Arn": target["Arn"], "Input": text}


# By the service in the target's ARN: the call, and the function that makes its request.
TEMPLATED: dict[str, tuple[str, str, Callable[[Target, str], Request]]] = {
    "codebuild": ("codebuild", "startBuild", _of_aws_only),
    "codepipeline": ("codepipeline", "startPipelineExecution", _of_aws_only),
    "ecs": ("ecs", "runTask", _of_aws_only),
    "events": ("eventbridge", "putEvents", _put_events),
    "firehose": ("firehose", "putRecord", _put_firehose_record),
    "inspector": ("inspector", "startAssessmentRun", _of_aws_only),
    "kinesis": ("kinesis", "putRecord", _put_kinesis_record),
    "lambda": ("lambda", "invoke", _invoke),
    "sagemaker": ("sagemaker", "startPipelineExecution", _of_aws_only),
    "sns": ("sns", "publish", _publish),
    "sqs": ("sqs", "sendMessage", _send_message),
    "states": ("sfn", "startExecution", _start_execution),
}
