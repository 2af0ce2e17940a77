"""The same with and without the shorter ways of requests: responses, refusals, records.

Each of two emulators gets the same requests, each request several times: what is remembered of the
first must not change the second.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from localstack_host.host import ports, process
from tests.integration.conftest import REGION, Cloud, document
from tests.integration.roles import Role
from tests.integration.waiting import wait_for

WAYS = {"whole": "off", "short": "on"}
TABLE = "things"
READ = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
DENIED = {"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"}
TIMES = 3
GET = {"TableName": TABLE, "Key": {"id": {"S": "1"}}}
CHANGING = re.compile(
    r"[0-9A-Z]{52}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|localhost:[0-9]+|\d{10}\.\d+|role-\w+"
)


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Cloud]]:
    """The emulators, by their ways. Each has a table with one item, and a parameter."""
    homes = {way: str(tmp_path_factory.mktemp(way)) for way in WAYS}
    with pytest.MonkeyPatch.context() as patch:
        made = {}
        for way, home in homes.items():
            patch.setenv("LOCALSTACK_HOST_HOME", home)
            patch.setenv("LOCALSTACK_HOST_SHORTCUTS", WAYS[way])
            made[way] = Cloud(process.start(ports.any_free(), owner=os.getpid()).endpoint)
            _make_table(made[way].client("dynamodb"))
            made[way].client("ssm").put_parameter(Name="there", Value="v", Type="String")
        yield made
        for home in homes.values():
            patch.setenv("LOCALSTACK_HOST_HOME", home)
            process.stop()


@pytest.fixture
def short(clouds: dict[str, Cloud]) -> Cloud:
    return clouds["short"]


def _make_table(client: Any) -> None:
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName=TABLE, Item={"id": {"S": "1"}, "n": {"N": "1"}})


def signed(service: str = "dynamodb", key: str = "test", region: str = REGION) -> str:
    scope = f"{key}/20261127/{region}/{service}/aws4_request"
    names = "content-type;host;x-amz-date;x-amz-target"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={'0' * 64}"


def headers(target: str = "DynamoDB_20120810.GetItem", **changed: str | None) -> dict[str, str]:
    usual: dict[str, str | None] = {
        "X-Amz-Target": target,
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": "20261127T120000Z",
        "Authorization": signed(),
    }
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in (usual | named).items() if value is not None}


def send(
    cloud: Cloud, sent: dict[str, str], body: Any, url: str = "/", method: str = "POST"
) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answered = httpx.request(method, cloud.endpoint + url, headers=sent, content=content)
    known = {name: value for name, value in answered.headers.items() if name != "date"}
    if known.get("content-length") == str(len(answered.content)):
        known["content-length"] = "of the body"  # whose times have two or three decimals
    without_ids = CHANGING.sub("?", json.dumps([answered.text, known]))
    return answered.status_code, re.sub(r'"x-amz-crc32": "\d+"', "", without_ids)


STATES = "AWSStepFunctions"
REQUESTS: dict[str, tuple[dict[str, str], Any]] = {
    "an item": (headers(), GET),
    "no item": (headers(), GET | {"Key": {"id": {"S": "none"}}}),
    "an empty response": (
        headers("DynamoDB_20120810.PutItem"),
        {"TableName": TABLE, "Item": {"id": {"S": "2"}}},
    ),
    "no such table": (headers(), GET | {"TableName": "none"}),
    "a wrong value": (headers(), GET | {"Key": 1}),
    "no JSON": (headers(), b"{"),
    "an unknown operation": (headers("DynamoDB_20120810.Nothing"), {}),
    "another service's operation": (headers("AWSStepFunctions.ListStateMachines"), {}),
    "an unknown service": (headers("Nothing_1.Do", Authorization=signed("nothing")), {}),
    "a service that is off": (
        headers("Kinesis_20131202.ListStreams", Authorization=signed("kinesis")),
        {},
    ),
    "no signature": (headers(Authorization=None), GET),
    "half a signature": (headers(Authorization="AWS4-HMAC-SHA256 Credential=test/1/2"), GET),
    "an unknown access key": (headers(Authorization=signed(key="nobody")), GET),
    "a session that was never": (headers(Authorization=signed(key="LSIAQAAAAAAANOSUCHKEY")), GET),
    "another account": (headers(Authorization=signed(key="111111111111")), GET),
    "no such region": (headers(Authorization=signed(region="mars-1")), GET),
    "another region": (headers(Authorization=signed(region="eu-west-1")), GET),
    "another account by a header": (headers(x_moto_account_id="111111111111"), GET),
    "an internal call by a header": (headers(x_localstack_data="{}"), GET),
    "an origin": (headers(Origin="http://localhost:1"), GET),
    "another host": (headers(Host="attacker.example"), GET),
    "compressed, and not": (headers(Content_Encoding="gzip"), GET),
    "no date": (headers(X_Amz_Date=None), GET),
    "a trace": (headers(X_Amzn_Trace_Id="Root=1-67f6-1;Sampled=1"), GET),
    "executions": (
        headers(f"{STATES}.ListStateMachines", Authorization=signed("states")),
        {},
    ),
    "an execution that is not there": (
        headers(f"{STATES}.DescribeExecution", Authorization=signed("states")),
        {"executionArn": f"arn:aws:states:{REGION}:000000000000:execution:a:b"},
    ),
    "a parameter of moto's": (
        headers("AmazonSSM.GetParameter", Authorization=signed("ssm")),
        {"Name": "there"},
    ),
    "queues": (headers("AmazonSQS.ListQueues", Authorization=signed("sqs")), {}),
    "lines for no log": (
        headers("Logs_20140328.PutLogEvents", Authorization=signed("logs")),
        {
            "logGroupName": "none",
            "logStreamName": "none",
            "logEvents": [{"timestamp": 1, "message": "m"}],
        },
    ),
}


@pytest.mark.parametrize("named", REQUESTS)
def test_a_request_gets_the_same_response(clouds: dict[str, Cloud], named: str) -> None:
    sent, body = REQUESTS[named]
    whole, *others = (send(cloud, sent, body) for cloud in clouds.values() for _ in range(TIMES))
    assert others == [whole] * (2 * TIMES - 1)


FUNCTION = """
def handle(event, context):
    print("printed")
    return {"event": event, "client": context.client_context and context.client_context.custom}
"""
INVOCATIONS: dict[str, dict[str, Any]] = {
    "an event": {"Payload": '{"ä": 1}'},
    "no event": {},
    "no JSON": {"Payload": "{"},
    "an alias": {"Qualifier": "live"},
    "no alias": {"Qualifier": "none"},
    "an asynchronous one": {"InvocationType": "Event"},
    "a rehearsal": {"InvocationType": "DryRun"},
    "a wrong type": {"InvocationType": "Wrong"},
    "with a context": {"ClientContext": "eyJjdXN0b20iOiB7ImEiOiAxfX0="},
    "no function": {"FunctionName": "none"},
    "in another region": {"FunctionName": "arn:aws:lambda:eu-west-1:000000000000:function:f"},
}


@pytest.fixture(scope="module")
def functions(clouds: dict[str, Cloud]) -> dict[str, str]:
    made = {way: cloud.function(FUNCTION) for way, cloud in clouds.items()}
    for way, cloud in clouds.items():
        cloud.client("lambda").create_alias(
            FunctionName=made[way], Name="live", FunctionVersion="$LATEST"
        )
    return made


def _invoked(client: Any, **parameters: Any) -> Any:
    try:
        response = client.invoke(**parameters)
    except ClientError as error:
        response = error.response
    response["Payload"] = response["Payload"].read() if "Payload" in response else b""
    response["ResponseMetadata"].pop("RequestId")
    received = response["ResponseMetadata"].pop("HTTPHeaders")
    return response, {name for name in received if name != "date"}


@pytest.mark.parametrize("named", INVOCATIONS)
def test_an_invocation_gets_the_same_response(
    clouds: dict[str, Cloud], functions: dict[str, str], named: str
) -> None:
    results = []
    for way, cloud in clouds.items():
        parameters = {"FunctionName": functions[way]} | INVOCATIONS[named]
        for _ in range(TIMES):
            result = _invoked(cloud.client("lambda"), **parameters)
            results.append(repr(result).replace(functions[way], "f"))
    assert results == results[:1] * (2 * TIMES)


def test_an_invocation_needs_its_permission_each_time(
    short: Cloud, functions: dict[str, str]
) -> None:
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    role = Role(short, allowed)
    invoke, function = role.client("lambda").invoke, functions["short"]
    assert works(invoke, FunctionName=function)
    live = "arn:aws:lambda:*:*:function:*:live"
    role.may(allowed, allowed | {"Effect": "Deny", "Resource": live})
    assert works(invoke, FunctionName=function)
    assert not works(invoke, FunctionName=function, Qualifier="live")
    role.may(READ)
    assert not works(invoke, FunctionName=function)


@pytest.mark.parametrize("url", ["/?X-Amz-Signature=0&Action=GetItem", "//", "/_localstack/health"])
@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
def test_an_address_or_a_method_that_is_unusual_gets_the_same_response(
    clouds: dict[str, Cloud], url: str, method: str
) -> None:
    send(clouds["short"], headers(), GET)
    whole, short = (send(cloud, headers(), GET, url, method) for cloud in clouds.values())
    assert short == whole


def test_accounts_and_regions_have_their_own_tables(short: Cloud) -> None:
    for _ in range(TIMES):
        for changed in ({"key": "111111111111"}, {"region": "eu-west-1"}):
            status, text = send(short, headers(Authorization=signed(**changed)), GET)
            assert (status, "ResourceNotFoundException" in text) == (400, True)
        assert send(short, headers(), GET)[0] == 200


def works(call: Callable[..., Any], **parameters: Any) -> bool:
    """Whether a call is permitted, each of several times."""
    results = {_works(call, **parameters) for _ in range(TIMES)}
    (result,) = results
    return result


def _works(call: Callable[..., Any], **parameters: Any) -> bool:
    try:
        call(**parameters)
    except ClientError as error:
        if "AccessDenied" not in error.response["Error"]["Code"]:
            raise
        return False
    return True


def test_a_policy_of_a_role_that_changes_counts_at_once(short: Cloud) -> None:
    role = Role(short, READ)
    get = role.client("dynamodb").get_item
    assert works(get, **GET)
    role.may(READ, DENIED)
    assert not works(get, **GET)
    role.may(READ)
    assert works(get, **GET)
    role.iam.delete_role_policy(RoleName=role.name, PolicyName="permissions")
    assert not works(get, **GET)


def test_a_managed_policy_and_a_boundary_that_change_count_at_once(short: Cloud) -> None:
    role = Role(short, {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})
    get, iam = role.client("dynamodb").get_item, role.iam
    assert not works(get, **GET)
    created = iam.create_policy(PolicyName="managed", PolicyDocument=document(READ))
    arn = created["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role.name, PolicyArn=arn)
    assert works(get, **GET)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(DENIED), SetAsDefault=True)
    assert not works(get, **GET)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert works(get, **GET)
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=document(DENIED))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=limit)
    assert not works(get, **GET)
    iam.delete_role_permissions_boundary(RoleName=role.name)
    assert works(get, **GET)
    iam.detach_role_policy(RoleName=role.name, PolicyArn=arn)
    assert not works(get, **GET)


def test_a_policy_of_a_resource_that_changes_counts_at_once(short: Cloud) -> None:
    role = Role(short, {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"})
    owner, sqs = short.client("sqs"), role.client("sqs")
    url = owner.create_queue(QueueName="guarded")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:000000000000:guarded"
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    for effect, expected in (("Allow", True), ("Deny", False), ("Allow", True)):
        policy = document(allowed | {"Effect": effect, "Principal": {"AWS": role.arn}})
        owner.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        assert works(sqs.send_message, QueueUrl=url, MessageBody="m") is expected


def test_a_role_that_is_deleted_and_made_anew_has_its_new_permissions(short: Cloud) -> None:
    role = Role(short, READ)
    get, iam = role.client("dynamodb").get_item, role.iam
    assert works(get, **GET)
    trust = iam.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"]
    iam.delete_role_policy(RoleName=role.name, PolicyName="permissions")
    iam.delete_role(RoleName=role.name)
    assert not works(get, **GET)
    iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=json.dumps(trust))
    assert not works(get, **GET)
    role.may(READ)
    assert works(get, **GET)


@pytest.mark.parametrize(
    ("condition", "agents"),
    [
        ({"StringLike": {"aws:UserAgent": "*good*"}}, {"good": True, "bad": False}),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.1/32"}}, {"good": True}),
        ({"NotIpAddress": {"aws:SourceIp": "127.0.0.1/32"}}, {"good": False}),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {"good": False}),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, {"good": False}),
    ],
    ids=str,
)
def test_a_condition_is_evaluated_for_each_request(
    short: Cloud, condition: dict[str, Any], agents: dict[str, bool]
) -> None:
    role = Role(short, READ | {"Condition": condition})
    for agent, expected in [*agents.items()] * 2:
        assert works(role.client("dynamodb", agent).get_item, **GET) is expected


def test_what_roles_use_is_counted_for_each_request(clouds: dict[str, Cloud]) -> None:
    reports = []
    for cloud in clouds.values():
        role = Role(cloud, READ, DENIED)
        httpx.delete(f"{cloud.endpoint}/_host/iam")
        client = role.client("dynamodb")
        for _ in range(TIMES):
            client.put_item(TableName=TABLE, Item={"id": {"S": "3"}})
        assert not works(client.get_item, **GET)
        text = httpx.get(f"{cloud.endpoint}/_host/iam").text
        reports.append(json.loads(text.replace(role.name, "role")))
    assert reports[0] == reports[1]
    assert [used["count"] for used in reports[1]["used"]] == [TIMES]
    assert [refused["count"] for refused in reports[1]["refused"]] == [TIMES]


def test_calls_are_recorded(clouds: dict[str, Cloud]) -> None:
    recordings = []
    for cloud in clouds.values():
        httpx.put(f"{cloud.endpoint}/_host/calls")
        for _ in range(TIMES):
            send(cloud, headers(), GET)
        recorded = httpx.delete(f"{cloud.endpoint}/_host/calls").json()["calls"]
        recordings.append([call for call in recorded if call["service"] == "dynamodb"])
    assert recordings[0] == recordings[1]
    assert [call["request"] for call in recordings[1]] == [GET] * TIMES


def test_each_request_has_a_line_in_the_log(
    clouds: dict[str, Cloud], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also for those that are not answered by the chain of handlers, in the same form."""
    expected = [*["200"] * TIMES, *["400 (ResourceNotFoundException)"] * TIMES]
    lines = {}
    for way, cloud in clouds.items():
        (log,) = tmp_path_factory.getbasetemp().glob(f"{way}0/emulator.log")
        for table in [TABLE] * TIMES + ["absent"] * TIMES:
            send(cloud, headers("DynamoDB_20120810.Scan"), {"TableName": table})
        wait_for(lambda log=log: len(_scans(log)) == len(expected), "a line is missing")
        lines[way] = _scans(log)
    assert lines["whole"] == lines["short"]
    assert [line.rpartition(" => ")[2] for line in lines["short"]] == expected


def _scans(log: Path) -> list[str]:
    """The lines of the requests for this operation, without their times."""
    return re.findall(r"^\S+ ( INFO --- .* AWS dynamodb\.Scan => .*)$", log.read_text(), re.M)
