"""What a service does in its own name, or as a role, needs somebody's word too."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud, document
from tests.integration.roles import ACCOUNT, allow
from tests.integration.test_permissions import arn
from tests.integration.waiting import wait_for

HELLO = 'def handle(event, context):\n    return {"statusCode": 200, "body": "hello"}\n'


class Queue:
    """A queue, with a policy if it has senders: (service, ARN of the source)."""

    def __init__(self, cloud: Cloud) -> None:
        self.client = cloud.client("sqs")
        name = f"probe-{uuid.uuid4().hex[:8]}"
        self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
        self.arn = arn("sqs", name)

    def trust(self, service: str, source: str) -> None:
        statement = allow(
            "sqs:SendMessage",
            self.arn,
            Principal={"Service": f"{service}.amazonaws.com"},
            Condition={
                "ArnEquals": {"aws:SourceArn": source},
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
            },
        )
        policy = {"Policy": document(statement)}
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes=policy)

    def bodies(self) -> list[str]:
        got = self.client.receive_message(QueueUrl=self.url, VisibilityTimeout=0)
        return [message["Body"] for message in got.get("Messages", [])]


@pytest.fixture
def queue(cloud: Cloud) -> Queue:
    return Queue(cloud)


def refused(cloud: Cloud, action: str, resource: str) -> list[dict[str, Any]]:
    """The refusals that the emulator has noted for this."""
    noted = httpx.get(f"{cloud.endpoint}/_host/iam").json()["refused"]
    return [r for r in noted if (r["action"], r["resource"]) == (action, resource)]


def test_a_topic_reaches_a_queue_only_if_the_queue_says_so(cloud: Cloud, queue: Queue) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)

    queue.trust("sns", f"{topic}-other")
    sns.publish(TopicArn=topic, Message="first")
    wait_for(lambda: refused(cloud, "sqs:SendMessage", queue.arn), "nothing was refused")
    (refusal,) = refused(cloud, "sqs:SendMessage", queue.arn)
    assert refusal["caller"] == "sns.amazonaws.com"

    queue.trust("sns", topic)
    sns.publish(TopicArn=topic, Message="second")
    wait_for(queue.bodies, "nothing has arrived")
    assert [json.loads(body)["Message"] for body in queue.bodies()] == ["second"]


def test_what_a_queue_refuses_goes_to_the_dead_letters_if_these_let_the_topic_in(
    cloud: Cloud, queue: Queue
) -> None:
    sns, dead_letters = cloud.client("sns"), Queue(cloud)
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters.arn})}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=redrive)
    dead_letters.trust("sns", topic)
    sns.publish(TopicArn=topic, Message="m")
    wait_for(dead_letters.bodies, "nothing has arrived")
    assert queue.bodies() == []


def test_a_rule_reaches_a_queue_only_if_the_queue_says_so(cloud: Cloud, queue: Queue) -> None:
    events = cloud.client("events")
    name = f"probe-{uuid.uuid4().hex[:8]}"
    rule = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    event = {"Source": name, "DetailType": "d", "Detail": "{}"}

    events.put_events(Entries=[event])
    wait_for(lambda: refused(cloud, "sqs:SendMessage", queue.arn), "nothing was refused")

    queue.trust("events", rule)
    events.put_events(Entries=[event])
    wait_for(queue.bodies, "nothing has arrived")
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


def test_an_api_calls_a_function_only_if_the_function_says_so(cloud: Cloud) -> None:
    function = cloud.function(HELLO)
    client, api = cloud.client("apigateway"), rest_api(cloud, function)
    url = f"{cloud.endpoint}/_aws/execute-api/{api}/test/"
    assert httpx.get(url).status_code == 500

    source = arn("execute-api", f"{api}/test/GET/")
    permit(cloud, function, "apigateway", source.replace("GET", "POST"))
    assert httpx.get(url).status_code == 500
    permit(cloud, function, "apigateway", source)
    assert httpx.get(url).text == "hello"
    client.delete_rest_api(restApiId=api)


def permit(cloud: Cloud, function: str, service: str, source: str) -> None:
    cloud.client("lambda").add_permission(
        FunctionName=function,
        StatementId=uuid.uuid4().hex,
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
        SourceArn=source,
    )


def rest_api(cloud: Cloud, function: str) -> str:
    client = cloud.client("apigateway")
    api = client.create_rest_api(name=function)["id"]
    (root,) = client.get_resources(restApiId=api)["items"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "GET"}
    client.put_method(**method, authorizationType="NONE")
    uri = f"{arn('apigateway', '').replace(ACCOUNT, 'lambda')}path/2015-03-31/functions/"
    client.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"{uri}{arn('lambda', f'function:{function}')}/invocations",
    )
    client.create_deployment(restApiId=api, stageName="test")
    return str(api)


def test_a_state_machine_calls_a_function_only_if_its_role_may(cloud: Cloud) -> None:
    function = cloud.function(HELLO)
    target = arn("lambda", f"function:{function}")
    role = cloud.role(allow("lambda:InvokeFunction", f"{target}-other"))
    assert run(cloud, machine(cloud, role, target)) == (
        "FAILED",
        f"is not authorized to perform: lambda:InvokeFunction on resource: {target}",
    )
    role = cloud.role(allow("lambda:InvokeFunction", target))
    assert run(cloud, machine(cloud, role, target)) == ("SUCCEEDED", "")


def machine(cloud: Cloud, role: str, function: str, **settings: Any) -> str:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function},
        "End": True,
    }
    made = cloud.client("stepfunctions").create_state_machine(
        name=f"probe-{uuid.uuid4().hex[:8]}",
        roleArn=role,
        definition=json.dumps({"StartAt": "Call", "States": {"Call": task}}),
        **settings,
    )
    return str(made["stateMachineArn"])


def run(cloud: Cloud, machine: str) -> tuple[str, str]:
    """The status, and the part of the cause that names action and resource."""
    client = cloud.client("stepfunctions")
    execution = client.start_execution(stateMachineArn=machine)["executionArn"]

    def described() -> dict[str, Any]:
        return dict(client.describe_execution(executionArn=execution))

    wait_for(lambda: described()["status"] != "RUNNING", "the execution still runs")
    end = described()
    cause = end.get("cause", "")
    said = cause[cause.find("is not authorized") : cause.find(" because")]
    return end["status"], said


@pytest.mark.parametrize(
    ("source", "trusted"), [("stateMachine:probe-*", True), ("stateMachine:other-*", False)]
)
def test_a_role_may_trust_state_machines_by_name(cloud: Cloud, source: str, trusted: bool) -> None:
    function = arn("lambda", f"function:{cloud.function(HELLO)}")
    role = cloud.role(allow("lambda:*"), Service="states.amazonaws.com")
    condition = {
        "ArnLike": {"aws:SourceArn": arn("states", source)},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
    states = {"Service": "states.amazonaws.com"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": states}
    cloud.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyDocument=document(statement | {"Condition": condition}),
    )
    status, _ = run(cloud, machine(cloud, role, function))
    assert (status == "SUCCEEDED") is trusted


def test_a_state_machine_that_logs_needs_the_right_to_deliver_logs(cloud: Cloud) -> None:
    group = f"/probe/{uuid.uuid4().hex}"
    cloud.client("logs").create_log_group(logGroupName=group)
    destination = {
        "cloudWatchLogsLogGroup": {"logGroupArn": f"{arn('logs', f'log-group:{group}')}:*"}
    }
    logging = {"level": "ALL", "includeExecutionData": False, "destinations": [destination]}
    with pytest.raises(ClientError, match="not authorized to access the Log Destination"):
        machine(cloud, cloud.role(allow("lambda:*")), "x", loggingConfiguration=logging)
    made = machine(cloud, cloud.role(allow("logs:*")), "x", loggingConfiguration=logging)
    cloud.client("stepfunctions").start_execution(stateMachineArn=made)

    def types() -> list[str]:
        events = cloud.client("logs").filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"])["type"] for event in events]

    wait_for(lambda: "ExecutionFailed" in types(), "the events of the execution are missing")


def test_a_function_reads_a_queue_only_if_its_role_may(cloud: Cloud, queue: Queue) -> None:
    without = cloud.function(HELLO, Role=cloud.role(allow("sqs:ReceiveMessage", queue.arn)))
    mapping = {"EventSourceArn": queue.arn, "BatchSize": 1}
    create = cloud.client("lambda").create_event_source_mapping
    with pytest.raises(ClientError, match="permissions to call DeleteMessage on SQS"):
        create(FunctionName=without, **mapping)

    actions = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    allowed = cloud.role(*(allow(action, queue.arn) for action in actions))
    created = create(FunctionName=cloud.function(HELLO, Role=allowed), **mapping)
    queue.client.send_message(QueueUrl=queue.url, MessageBody="m")
    wait_for(lambda: waiting(queue) == 0, "the message is not read")
    cloud.client("lambda").delete_event_source_mapping(UUID=created["UUID"])


def test_a_function_reads_a_stream_only_if_its_role_may(cloud: Cloud) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    table = cloud.table("id", StreamSpecification=stream)
    described = cloud.client("dynamodb").describe_table(TableName=table)
    source = described["Table"]["LatestStreamArn"]
    create = cloud.client("lambda").create_event_source_mapping
    mapping = {"EventSourceArn": source, "StartingPosition": "LATEST", "Enabled": False}
    without = cloud.function(HELLO, Role=cloud.role(allow("dynamodb:GetRecords", source)))
    with pytest.raises(ClientError, match=f"Cannot access stream {source}. Please ensure the role"):
        create(FunctionName=without, **mapping)
    actions = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
    allowed = cloud.role(*(allow(action, source) for action in actions))
    created = create(FunctionName=cloud.function(HELLO, Role=allowed), **mapping)
    cloud.client("lambda").delete_event_source_mapping(UUID=created["UUID"])


def test_a_function_keeps_dead_letters_only_if_its_role_may(cloud: Cloud, queue: Queue) -> None:
    letters = {"TargetArn": queue.arn}
    refused = "execution role does not have permissions to call SendMessage on SQS"
    role = cloud.role(allow("sqs:ReceiveMessage", queue.arn))
    with pytest.raises(ClientError, match=refused):
        cloud.function(HELLO, Role=role, DeadLetterConfig=letters)
    for nobody in ("arn:aws:iam::000000000000:role/nobody", "nobody"):
        with pytest.raises(ClientError, match=r"cannot be assumed by Lambda|at 'role' failed"):
            cloud.function(HELLO, Role=nobody, DeadLetterConfig=letters)
    function = cloud.function(HELLO, Role=role)
    update = cloud.client("lambda").update_function_configuration
    with pytest.raises(ClientError, match=refused):
        update(FunctionName=function, DeadLetterConfig=letters)
    update(
        FunctionName=function,
        DeadLetterConfig=letters,
        Role=cloud.role(allow("sqs:SendMessage", queue.arn)),
    )


def test_a_function_has_destinations_only_if_its_role_may(cloud: Cloud, queue: Queue) -> None:
    put = cloud.client("lambda").put_function_event_invoke_config
    destination = {"OnFailure": {"Destination": queue.arn}}
    without = cloud.function(HELLO, Role=cloud.role(allow("sqs:ReceiveMessage", queue.arn)))
    with pytest.raises(ClientError, match=f"permissions to call SendMessage on {queue.arn}"):
        put(FunctionName=without, DestinationConfig=destination)
    allowed = cloud.function(HELLO, Role=cloud.role(allow("sqs:SendMessage", queue.arn)))
    put(FunctionName=allowed, DestinationConfig=destination)


def waiting(queue: Queue) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    asked = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)
    return sum(int(number) for number in asked["Attributes"].values())
