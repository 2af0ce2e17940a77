"""Enforced permissions, as those who call AWS see them: through boto3, as roles and functions."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from localstack_host.host import ports, process
from localstack_host.host.errors import HostError
from tests.integration.conftest import Cloud, document
from tests.integration.roles import ACCOUNT, REGION, ROOT, Role, allow
from tests.integration.waiting import wait_for

NOTHING_ALLOWS = "because no identity-based policy allows the {} action"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def refusal(call: Any, **parameters: Any) -> tuple[str, str, int]:
    """Code, message and HTTP status of the refusal."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    answer = refused.value.response
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return answer["Error"]["Code"], answer["Error"]["Message"], status


QUEUE_URL = f"http://localhost/{ACCOUNT}/none"
REQUESTS: list[tuple[str, str, dict[str, Any], str, str, str, int]] = [
    ("dynamodb", "get_item", {"TableName": "none", "Key": {"id": {"S": "1"}}},
     "dynamodb:GetItem", arn("dynamodb", "table/none"), "AccessDeniedException", 400),
    ("dynamodb", "query", {"TableName": "none", "IndexName": "by-x"},
     "dynamodb:Query", arn("dynamodb", "table/none/index/by-x"), "AccessDeniedException", 400),
    ("lambda", "invoke", {"FunctionName": "none", "Qualifier": "live"},
     "lambda:InvokeFunction", arn("lambda", "function:none:live"), "AccessDeniedException", 403),
    ("stepfunctions", "start_execution", {"stateMachineArn": arn("states", "stateMachine:none")},
     "states:StartExecution", arn("states", "stateMachine:none"), "AccessDeniedException", 400),
    ("events", "put_events", {"Entries": [{"EventBusName": "none"}]},
     "events:PutEvents", arn("events", "event-bus/none"), "AccessDeniedException", 400),
    ("ssm", "get_parameters_by_path", {"Path": "/none/a"},
     "ssm:GetParametersByPath", arn("ssm", "parameter/none/a"), "AccessDeniedException", 400),
    ("logs", "get_log_events", {"logGroupName": "g", "logStreamName": "s"},
     "logs:GetLogEvents", arn("logs", "log-group:g:log-stream:s"), "AccessDeniedException", 400),
    ("sqs", "send_message", {"QueueUrl": QUEUE_URL, "MessageBody": "m"},
     "sqs:sendmessage", arn("sqs", "none"), "AccessDenied", 403),
    ("sns", "publish", {"TopicArn": arn("sns", "none"), "Message": "m"},
     "SNS:Publish", arn("sns", "none"), "AuthorizationError", 403),
    ("s3", "get_object", {"Bucket": "none", "Key": "a/b"},
     "s3:GetObject", '"arn:aws:s3:::none/a/b"', "AccessDenied", 403),
    ("cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": []},
     "cloudwatch:PutMetricData", "*", "AccessDenied", 403),
    ("kms", "encrypt", {"KeyId": "1-2", "Plaintext": b"x"},
     "kms:Encrypt", arn("kms", "key/1-2"), "AccessDeniedException", 400),
]  # fmt: skip


@pytest.fixture
def role(cloud: Cloud) -> Role:
    return Role(cloud)


@pytest.mark.parametrize(
    ("service", "call", "parameters", "action", "resource", "code", "status"),
    REQUESTS,
    ids=[f"{service}-{call}" for service, call, *_ in REQUESTS],
)
def test_a_role_without_the_permission_is_refused_in_the_services_own_words(
    role: Role,
    service: str,
    call: str,
    parameters: dict[str, Any],
    action: str,
    resource: str,
    code: str,
    status: int,
) -> None:
    found = refusal(getattr(role.client(service), call), **parameters)
    said = f"User: {role.session} is not authorized to perform: {action} on resource: {resource} "
    assert found[0] == code
    assert found[1].startswith(said)
    assert found[2] == status


@pytest.mark.parametrize(
    ("service", "call", "parameters", "action", "resource"),
    [request[:5] for request in REQUESTS if request[0] != "kms"],
    ids=[f"{service}-{call}" for service, call, *_ in REQUESTS if service != "kms"],
)
def test_with_exactly_this_permission_it_is_not(
    role: Role, service: str, call: str, parameters: dict[str, Any], action: str, resource: str
) -> None:
    role.may(allow(action, resource.strip('"')))
    try:
        getattr(role.client(service), call)(**parameters)
    except ClientError as error:  # there is no such table, queue …
        assert "authorized" not in str(error)  # noqa: PT017


PASSED = "arn:aws:iam::000000000000:role/passed"
PASSING: list[tuple[str, str, dict[str, Any], int]] = [
    ("lambda", "create_function",
     {"FunctionName": "f", "Role": PASSED, "Code": {"ZipFile": b"x"}}, 403),
    ("stepfunctions", "create_state_machine",
     {"name": "m", "definition": "{}", "roleArn": PASSED}, 400),
    ("events", "put_targets",
     {"Rule": "r", "Targets": [{"Id": "1", "Arn": "a", "RoleArn": PASSED}]}, 400),
    ("scheduler", "create_schedule",
     {"Name": "s", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"},
      "Target": {"Arn": "a", "RoleArn": PASSED}}, 403),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "call", "parameters", "status"), PASSING, ids=[each[0] for each in PASSING]
)
def test_a_role_that_may_not_be_passed_is_refused_by_the_service_that_was_called(
    role: Role, service: str, call: str, parameters: dict[str, Any], status: int
) -> None:
    role.may(allow("lambda:*"), allow("states:*"), allow("events:*"), allow("scheduler:*"))
    found = refusal(getattr(role.client(service), call), **parameters)
    assert (found[0], found[2]) == ("AccessDeniedException", status)
    assert "is not authorized to perform: iam:PassRole on resource: " + PASSED in found[1]


def test_a_mail_is_refused_in_the_words_of_ses(role: Role) -> None:
    mail = {
        "Source": "Shop <shop@example.com>",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}},
    }
    code, message, _ = refusal(role.client("ses").send_email, **mail)
    identity = arn("ses", "identity/shop@example.com")
    assert code == "AccessDenied"
    assert message == (
        f"User `{role.session}' is not authorized to perform `ses:SendEmail'"
        f" on resource `{identity}'"
    )
    to_ada = {"ForAllValues:StringEquals": {"ses:Recipients": ["ada@example.com"]}}
    role.may(allow("ses:SendEmail", identity, Condition=to_ada))
    assert refusal(role.client("ses").send_email, **mail)[0] == "MessageRejected"  # not verified
    mail["Destination"] = {"ToAddresses": ["eve@example.com"]}
    assert refusal(role.client("ses").send_email, **mail)[0] == "AccessDenied"


def test_who_one_is_everybody_may_ask(role: Role) -> None:
    assert role.client("sts").get_caller_identity()["Arn"] == role.session


def test_what_is_granted_and_taken_away_counts_at_once(cloud: Cloud, role: Role) -> None:
    table = cloud.table("id")
    put = role.client("dynamodb").put_item
    item = {"TableName": table, "Item": {"id": {"S": "1"}}}
    role.may(allow("dynamodb:PutItem", arn("dynamodb", f"table/{table}")))
    put(**item)
    role.may(allow("dynamodb:GetItem", arn("dynamodb", f"table/{table}")))
    message = refusal(put, **item)[1]
    assert message.endswith(NOTHING_ALLOWS.format("dynamodb:PutItem"))
    role.may(allow("dynamodb:*"), {"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"})
    assert refusal(put, **item)[1].endswith("with an explicit deny in an identity-based policy")


def test_managed_policies_and_boundaries_count(cloud: Cloud, role: Role) -> None:
    read = {"TableName": cloud.table("id"), "Key": {"id": {"S": "1"}}}
    iam = cloud.client("iam")
    iam.attach_role_policy(RoleName=role.name, PolicyArn=managed(cloud, allow("dynamodb:Get*")))
    role.client("dynamodb").get_item(**read)

    limit = managed(cloud, allow("s3:*"))
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=limit)
    message = refusal(role.client("dynamodb").get_item, **read)[1]
    assert message.endswith("because no permissions boundary allows the dynamodb:GetItem action")


def managed(cloud: Cloud, statement: dict[str, Any]) -> str:
    made = cloud.client("iam").create_policy(
        PolicyName=f"probe-{uuid.uuid4().hex[:8]}", PolicyDocument=document(statement)
    )
    return str(made["Policy"]["Arn"])


def test_a_transaction_needs_what_each_of_its_parts_does(cloud: Cloud, role: Role) -> None:
    table = cloud.table("id")
    place = arn("dynamodb", f"table/{table}")
    key = {"TableName": table, "Key": {"id": {"S": "1"}}}
    parts = [
        {"Put": {"TableName": table, "Item": {"id": {"S": "2"}}}},
        {"ConditionCheck": key | {"ConditionExpression": "attribute_not_exists(id)"}},
    ]
    write = role.client("dynamodb").transact_write_items
    role.may(allow("dynamodb:PutItem", place))
    message = refusal(write, TransactItems=parts)[1]
    assert f"to perform: dynamodb:ConditionCheckItem on resource: {place}" in message
    role.may(allow("dynamodb:PutItem", place), allow("dynamodb:ConditionCheckItem", place))
    write(TransactItems=parts)


def test_a_request_that_is_not_understood_is_refused(role: Role) -> None:
    role.may(allow("*"))
    code, message, _ = refusal(role.client("kms").decrypt, CiphertextBlob=b"sealed")
    assert code == "AccessDeniedException"
    assert "kms:Decrypt can be checked only with" in message
    noted = httpx.get(f"{role.cloud.endpoint}/_host/iam").json()["refused"]
    assert [r["action"] for r in noted if r["role"] == role.name] == ["kms:Decrypt"]


def test_credentials_of_no_session_are_refused(cloud: Cloud, role: Role) -> None:
    role.keys = role.keys | {"AccessKeyId": "LSIAQAAAAAAAAAAAAAAA"}
    assert refusal(role.client("sqs").list_queues)[0] == "InvalidClientTokenId"
    assert refusal(role.client("dynamodb").list_tables)[0] == "UnrecognizedClientException"


def test_a_role_is_assumed_only_by_whom_it_trusts(cloud: Cloud) -> None:
    for_lambda = cloud.role()
    code, message, status = refusal(
        cloud.client("sts").assume_role, RoleArn=for_lambda, RoleSessionName="test"
    )
    assert (code, status) == ("AccessDenied", 403)
    assert f"is not authorized to perform: sts:AssumeRole on resource: {for_lambda}" in message


def test_an_account_is_trusted_by_its_number_alone(cloud: Cloud) -> None:
    assume = cloud.client("sts").assume_role
    assume(RoleArn=cloud.role(AWS=ACCOUNT), RoleSessionName="test")
    refused = refusal(assume, RoleArn=cloud.role(AWS="111122223333"), RoleSessionName="test")
    assert refused[0] == "AccessDenied"


def in_another_account(cloud: Cloud, trusted: str) -> str:
    """The ARN of a role of another account, which may list the tables there."""
    account = boto3.Session("111122223333", "test", region_name=REGION)
    iam, name = account.client("iam", endpoint_url=cloud.endpoint), f"data-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": trusted}}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    iam.put_role_policy(
        RoleName=name, PolicyName="p", PolicyDocument=document(allow("dynamodb:ListTables"))
    )
    arn: str = made["Role"]["Arn"]
    return arn


def test_the_owner_assumes_a_role_of_another_account_that_trusts_it(cloud: Cloud) -> None:
    assume = cloud.client("sts").assume_role
    trusting = in_another_account(cloud, ACCOUNT)
    keys = assume(RoleArn=trusting, RoleSessionName="test")["Credentials"]
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION
    )
    tables = session.client("dynamodb", endpoint_url=cloud.endpoint)
    assert cloud.table("id") not in tables.list_tables()["TableNames"]
    assert refusal(tables.describe_table, TableName="a-table")[0] == "AccessDeniedException"
    strict = in_another_account(cloud, "444455556666")
    assert refusal(assume, RoleArn=strict, RoleSessionName="test")[0] == "AccessDenied"


def test_a_role_assumes_one_of_another_account_if_both_allow_it(cloud: Cloud, role: Role) -> None:
    assume = role.client("sts").assume_role
    trusting = in_another_account(cloud, role.arn)
    assert refusal(assume, RoleArn=trusting, RoleSessionName="test")[0] == "AccessDenied"
    role.may(allow("sts:AssumeRole", trusting))
    assume(RoleArn=trusting, RoleSessionName="test")
    strict = in_another_account(cloud, ROOT.replace(ACCOUNT, "444455556666"))
    role.may(allow("sts:AssumeRole"))
    assert refusal(assume, RoleArn=strict, RoleSessionName="test")[0] == "AccessDenied"


@pytest.mark.parametrize("arn", ["nothing-valid-in-here", "arn:a::::something/test-role"])
def test_what_is_no_role_is_invalid_and_nobody_is_asked(cloud: Cloud, arn: str) -> None:
    assume = cloud.client("sts").assume_role
    assert refusal(assume, RoleArn=arn, RoleSessionName="test")[0] == "ValidationError"
    role = "arn:aws:iam::000000000000:role/nobodys"
    assert refusal(assume, RoleArn=role, RoleSessionName="a:b")[0] == "ValidationError"
    assert refusal(assume, RoleArn=role, RoleSessionName="test")[0] == "AccessDenied"


def test_a_role_is_no_user(role: Role) -> None:
    code, message, _ = refusal(role.client("iam").get_user)
    assert (code, message) == (
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


def test_a_user_is_that_user_to_a_role_that_is_asked_for(cloud: Cloud) -> None:
    iam, for_lambda, for_all = cloud.client("iam"), cloud.role(), cloud.role(AWS=ROOT)
    user = iam.create_user(UserName="ada")["User"]["Arn"]
    for_ada = cloud.role(AWS=user)
    iam.put_user_policy(
        UserName="ada", PolicyName="roles", PolicyDocument=document(allow("sts:AssumeRole"))
    )
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
    sts = session.client("sts", endpoint_url=cloud.endpoint)

    code, message, _ = refusal(sts.assume_role, RoleArn=for_lambda, RoleSessionName="test")

    assert code == "AccessDenied"
    assert message.startswith(f"User: {user} is not authorized to perform: sts:AssumeRole")
    for role in (for_all, for_ada):
        sts.assume_role(RoleArn=role, RoleSessionName="test")
    owner = cloud.client("sts").assume_role
    assert refusal(owner, RoleArn=for_ada, RoleSessionName="test")[0] == "AccessDenied"


def test_a_function_of_a_role_that_lambda_may_not_assume_is_not_made(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        cloud.function("", Role=cloud.role(Service="events.amazonaws.com"))


PUT = """
import uuid

import boto3
def handle(event, context):
    boto3.client("dynamodb").put_item(TableName=event, Item={"id": {"S": "1"}})
"""


def test_a_functions_log_names_role_action_and_resource_of_a_refusal(cloud: Cloud) -> None:
    table = cloud.table("id")
    role = cloud.role(allow("logs:*"))
    function = cloud.function(PUT, Role=role)
    answer = cloud.invoke(function, table)
    said = (
        "An error occurred (AccessDeniedException) when calling the PutItem operation: User:"
        f" arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/{function}"
        f" is not authorized to perform: dynamodb:PutItem on resource: "
        f"{arn('dynamodb', f'table/{table}')} {NOTHING_ALLOWS.format('dynamodb:PutItem')}"
    )
    assert answer.payload["errorMessage"] == said
    wait_for(lambda: said in logged(cloud, function), "the log does not say so")


def logged(cloud: Cloud, function: str) -> str:
    logs = cloud.client("logs")
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return ""
    return "".join(event["message"] for event in events)


@pytest.mark.exhaustive
def test_a_lab_that_enforces_nothing_lets_every_role_do_everything(home: Path) -> None:
    emulator = process.start(ports.any_free(), iam=False)
    role = Role(Cloud(emulator.endpoint))
    role.client("sqs").create_queue(QueueName="mine")
    assert process.status().iam is False


def test_enforcement_is_not_turned_off_while_the_emulator_runs(own: process.Emulator) -> None:
    assert process.status().iam is True
    with pytest.raises(HostError, match="enforces permissions"):
        process.start(own.port, iam=False)


@pytest.mark.exhaustive
def test_what_was_used_and_refused_is_counted_over_restarts(own: process.Emulator) -> None:
    """Whoever restores a deployed state sees which of its permissions the deploy has used."""
    role = Role(Cloud(own.endpoint), allow("sqs:ListQueues"))
    role.client("sqs").list_queues()
    with pytest.raises(ClientError):
        role.client("ssm").describe_parameters()
    process.stop()
    counted = httpx.get(f"{process.start(own.port).endpoint}/_host/iam").json()
    used = [u["action"] for u in counted["used"] if u["role"] == role.name]
    refused = [r["action"] for r in counted["refused"] if r["role"] == role.name]
    assert (used, refused) == (["sqs:ListQueues"], ["ssm:DescribeParameters"])
