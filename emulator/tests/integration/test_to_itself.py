"""How the emulator calls itself, and what it makes elsewhere: the same results either way.

Each of three emulators does the same work: one calls its services by HTTP, one by LocalStack's
client in memory, and one in the process, without HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localstack_host.host import environment, ports, process
from localstack_host.performance import service_index
from tests.integration.conftest import ALL, Cloud, document
from tests.integration.waiting import wait_for

FUNCTION = """
def handle(event, context):
    if event.get("fail"):
        raise ValueError("über")
    return {"given": event, "größe": [1, 2.5, None, True]}
"""
SAID = {"Type": "Pass", "Result": "caught", "End": True}
ENDED = ("SUCCEEDED", "FAILED")


WAYS = {
    "by HTTP": {"IN_MEMORY_CLIENT": "0"},
    "in memory": {"LOCALSTACK_HOST_SHORTCUTS": "off"},
    "in the process": {},
}


@pytest.fixture(params=WAYS, scope="module")
def calling(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An emulator whose services call each other in one of these ways."""
    usual = environment.variables
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALSTACK_HOST_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(
            environment,
            "variables",
            lambda *given, **more: usual(*given, **more) | WAYS[request.param],
        )
        yield Cloud(process.start(ports.any_free()).endpoint)
        process.stop()


def _task(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Said"}],
        "End": True,
    }


def _history(
    cloud: Cloud, task: dict[str, Any], *statements: dict[str, Any]
) -> tuple[list[str], Any]:
    """What failed in an execution of one task, and its output."""
    client = cloud.client("stepfunctions")
    caught = {"Said": SAID} if "Catch" in task else {}  # nothing else leads there
    definition = {"StartAt": "Do", "States": {"Do": task, **caught}}
    name = f"m{len(client.list_state_machines()['stateMachines'])}"
    machine = client.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=cloud.role(*statements)
    )["stateMachineArn"]
    arn = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    wait_for(lambda: client.describe_execution(executionArn=arn)["status"] in ENDED, "it runs")
    events = client.get_execution_history(executionArn=arn)["events"]
    failed = [e["taskFailedEventDetails"] for e in events if "taskFailedEventDetails" in e]
    output = client.describe_execution(executionArn=arn)["output"]
    return [f"{one['error']}: {one['cause']}" for one in failed], json.loads(output)


def _invoke(name: str, payload: Any) -> dict[str, Any]:
    return _task("lambda:invoke", {"FunctionName": name, "Payload": payload})


def test_a_function_is_invoked_with_its_payload_and_answers(calling: Cloud) -> None:
    failed, output = _history(calling, _invoke(calling.function(FUNCTION), {"ä": [1]}))
    assert failed == []
    assert output["Payload"] == {"given": {"ä": [1]}, "größe": [1, 2.5, None, True]}
    assert (output["StatusCode"], output["ExecutedVersion"]) == (200, "$LATEST")


def test_an_error_of_a_function_is_the_task_s(calling: Cloud) -> None:
    [failed], output = _history(calling, _invoke(calling.function(FUNCTION), {"fail": True}))
    assert failed.startswith("ValueError: ")
    assert json.loads(failed.removeprefix("ValueError: "))["errorMessage"] == "über"
    assert output == "caught"


def test_an_error_of_a_service_is_the_task_s(calling: Cloud) -> None:
    [failed], _ = _history(calling, _invoke("nobody", {}))
    assert failed.startswith("Lambda.ResourceNotFoundException: Function not found: ")


def test_the_role_of_a_workflow_is_who_calls(calling: Cloud) -> None:
    denied = {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"}
    url = calling.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    task = _task("sqs:sendMessage", {"QueueUrl": url, "MessageBody": "ü"})
    [failed], _ = _history(calling, task, ALL, denied)
    assert "is not authorized to perform: sqs:sendmessage" in failed
    _history(calling, task)
    received = calling.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert [message["Body"] for message in received] == ["ü"]


def _queue(cloud: Cloud, name: str) -> tuple[str, str]:
    """The address and the ARN of a queue to which everybody may send."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(allowed)})
    return url, arn


def _received(cloud: Cloud, url: str) -> Any:
    [message] = cloud.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    cloud.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return json.loads(message["Body"])


def test_a_workflow_that_may_not_invoke_does_not(calling: Cloud) -> None:
    denied = {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"}
    function = calling.function(FUNCTION)
    for _ in range(2):
        [failed], _ = _history(calling, _invoke(function, {}), ALL, denied)
        assert failed.startswith("Lambda.AWSLambdaException: ")
        assert "is not authorized to perform: lambda:InvokeFunction" in failed
        assert "Status Code: 403" in failed


def test_an_asynchronous_invocation_has_another_status_and_no_payload(calling: Cloud) -> None:
    task = _invoke(calling.function(FUNCTION), {})
    asynchronous = task | {"Parameters": task["Parameters"] | {"InvocationType": "Event"}}
    failed, output = _history(calling, asynchronous)
    assert (failed, output["StatusCode"], output.get("Payload", "")) == ([], 202, "")


def test_a_name_that_no_function_can_have_is_the_task_s_error(calling: Cloud) -> None:
    task = _invoke(calling.function(FUNCTION), {})
    wrong = task | {"Parameters": task["Parameters"] | {"FunctionName": "a b"}}
    [failed], _ = _history(calling, wrong)
    assert failed.startswith("Lambda.")


def test_a_topic_passes_its_messages_on(calling: Cloud) -> None:
    url, arn = _queue(calling, "of-topic")
    topic = calling.client("sns").create_topic(Name="t")["TopicArn"]
    calling.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    task = _task("sns:publish", {"TopicArn": topic, "Message": "ü", "Subject": "s"})
    failed, output = _history(calling, task)
    assert failed == []
    received = _received(calling, url)
    assert (received["Message"], received["Subject"]) == ("ü", "s")
    assert received["MessageId"] == output["MessageId"]


def test_a_bus_passes_events_on_and_says_which_it_refused(calling: Cloud) -> None:
    url, arn = _queue(calling, "of-bus")
    events = calling.client("events")
    events.create_event_bus(Name="b")
    events.put_rule(Name="r", EventBusName="b", EventPattern='{"source": ["test"]}')
    events.put_targets(Rule="r", EventBusName="b", Targets=[{"Id": "1", "Arn": arn}])
    entry = {"EventBusName": "b", "Source": "test", "DetailType": "d", "Detail": {"ä": 1}}
    failed, output = _history(calling, _task("events:putEvents", {"Entries": [entry]}))
    assert (failed, output["FailedEntryCount"]) == ([], 0)
    assert _received(calling, url)["detail"] == {"ä": 1}
    [failed_entry], _ = _history(
        calling, _task("events:putEvents", {"Entries": [entry | {"Detail": "no JSON"}]})
    )
    assert "Detail is malformed" in failed_entry


def test_a_rule_gets_the_events_about_executions(calling: Cloud) -> None:
    url, arn = _queue(calling, "of-statuses")
    assert _history(calling, SAID) == ([], "caught")  # nobody listens yet
    events = calling.client("events")
    events.put_rule(Name="statuses", EventPattern='{"source": ["aws.states"]}')
    events.put_targets(Rule="statuses", Targets=[{"Id": "1", "Arn": arn}])
    _history(calling, SAID)
    details = [_received(calling, url)["detail"] for _ in range(2)]
    events.remove_targets(Rule="statuses", Ids=["1"])
    events.delete_rule(Name="statuses")
    assert {one["status"] for one in details} == {"RUNNING", "SUCCEEDED"}


def test_the_lines_of_a_function_are_counted_by_its_filters(calling: Cloud) -> None:
    function = calling.function(FUNCTION.replace("if event", 'print("counted")\n    if event'))
    logs, name = calling.client("logs"), f"/aws/lambda/{function}"
    assert calling.invoke(function, {}).error is None

    def lines() -> list[str]:
        found = logs.filter_log_events(logGroupName=name)["events"]
        return [event["message"] for event in found if event["message"] == "counted\n"]

    wait_for(lambda: logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"], "no group")
    wait_for(lambda: len(lines()) == 1, "the line is missing")
    logs.put_metric_filter(
        logGroupName=name,
        filterName="counted",
        filterPattern="counted",
        metricTransformations=[
            {"metricName": "counted", "metricNamespace": function, "metricValue": "1"}
        ],
    )
    calling.invoke(function, {})
    metrics = calling.client("cloudwatch")
    wait_for(lambda: metrics.list_metrics(Namespace=function)["Metrics"], "it is not counted")
    wait_for(lambda: len(lines()) == 2, "the second line is missing")


@pytest.mark.exhaustive
def test_the_index_that_is_made_elsewhere_is_localstack_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localstack.aws.spec import build_service_index_cache

    monkeypatch.setattr(service_index, "cached_at", lambda _path: tmp_path / "share" / "kept")
    here = build_service_index_cache(str(tmp_path / "here"))
    elsewhere = service_index.load_or_build(str(tmp_path / "elsewhere"))
    assert vars(elsewhere) == vars(here)
    monkeypatch.setattr(service_index.subprocess, "run", None)  # for another home it is copied
    assert vars(service_index.load_or_build(str(tmp_path / "other"))) == vars(here)
