"""The policies of IAM users decide what their access keys, and sessions of these, may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localstack_host.host import ports, process
from tests.integration.conftest import Cloud, document
from tests.integration.roles import ACCOUNT, REGION, Role, allow
from tests.integration.test_permissions import NOTHING_ALLOWS, QUEUE_URL, REQUESTS, refusal
from tests.integration.test_permissions_of_services import permit, rest_api
from tests.integration.users import GET, MISSING, Keys, User, code, table

pytestmark = pytest.mark.exhaustive

OF_REQUESTS = pytest.mark.parametrize(
    ("service", "call", "parameters", "action", "resource", "code", "status"),
    REQUESTS,
    ids=[f"{service}-{call}" for service, call, *_ in REQUESTS],
)


def signed(url: str, service: str, keys: Keys, **headers: str) -> httpx.Response:
    """The response to a GET that is signed with keys as IAM or STS returns them."""
    own = (keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken"))
    request = AWSRequest("GET", url, headers=headers)
    SigV4Auth(Credentials(*own), service, REGION).add_auth(request)
    return httpx.get(url, headers=dict(request.headers))


@OF_REQUESTS
def test_a_user_without_policies_is_refused_in_the_services_own_words(
    cloud: Cloud, service: str, call: str, parameters: Any, action: str, resource: str,
    code: str, status: int,
) -> None:  # fmt: skip
    user = User(cloud)
    found = refusal(getattr(user.client(service), call), **parameters)
    text = f"User: {user.arn} is not authorized to perform: {action} on resource: {resource} "
    allows = NOTHING_ALLOWS.format(action)
    if service == "kms":  # the key's policy decides, and this one does not exist
        allows = allows.replace("identity-based", "resource-based")
    assert found == (code, text + allows, status)


def test_what_is_put_attached_and_given_to_a_group_counts_at_once(cloud: Cloud) -> None:
    user = User(cloud)
    get = user.client("dynamodb").get_item
    reading = allow("dynamodb:GetItem", table("none"))
    named = {"UserName": user.name}

    user.may(reading)
    assert code(get, **GET) == MISSING
    user.may_nothing()
    assert code(get, **GET) == "AccessDeniedException"

    policy = user.managed(reading)
    user.iam.attach_user_policy(**named, PolicyArn=policy)
    assert code(get, **GET) == MISSING
    user.iam.detach_user_policy(**named, PolicyArn=policy)
    assert code(get, **GET) == "AccessDeniedException"

    group = user.group(reading)
    assert code(get, **GET) == MISSING
    user.iam.remove_user_from_group(**named, GroupName=group)
    assert code(get, **GET) == "AccessDeniedException"


def test_a_policy_that_is_attached_to_a_group_counts_and_a_deny_wins(cloud: Cloud) -> None:
    user = User(cloud, allow("dynamodb:*"))
    group = user.group(allow("sqs:*"))
    denied = user.managed({"Effect": "Deny", "Action": "dynamodb:Get*", "Resource": "*"})
    user.iam.attach_group_policy(GroupName=group, PolicyArn=denied)

    _, message, _ = refusal(user.client("dynamodb").get_item, **GET)
    assert "with an explicit deny in an identity-based policy" in message
    assert code(user.client("sqs").list_queues) == ""
    user.iam.detach_group_policy(GroupName=group, PolicyArn=denied)
    assert code(user.client("dynamodb").get_item, **GET) == MISSING


def test_a_permissions_boundary_limits_a_user(cloud: Cloud) -> None:
    user = User(cloud, allow("*"))
    limit = user.managed(allow("sqs:*"))
    user.iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=limit)
    _, message, _ = refusal(user.client("dynamodb").get_item, **GET)
    assert message.endswith("because no permissions boundary allows the dynamodb:GetItem action")
    assert code(user.client("sqs").list_queues) == ""
    simulated = user.iam.simulate_principal_policy(
        PolicySourceArn=user.arn, ActionNames=["dynamodb:GetItem", "sqs:ListQueues"]
    )
    decisions = [result["EvalDecision"] for result in simulated["EvaluationResults"]]
    assert decisions == ["implicitDeny", "allowed"]
    user.iam.delete_user_permissions_boundary(UserName=user.name)
    assert code(user.client("dynamodb").get_item, **GET) == MISSING


@pytest.mark.parametrize("key", ["aws:username", "aws:userid", "aws:PrincipalTag/team",
                                 "aws:PrincipalArn", "aws:PrincipalType"])  # fmt: skip
def test_conditions_on_users_hold_for_the_right_one(cloud: Cloud, key: str) -> None:
    users = [User(cloud, Tags=[{"Key": "team", "Value": t}]) for t in ("stock", "orders")]
    values = {
        "aws:username": users[0].name,
        "aws:userid": users[0].id,
        "aws:PrincipalTag/team": "stock",
        "aws:PrincipalArn": users[0].arn,
        "aws:PrincipalType": "User",
    }
    for user in users:
        user.may(allow("dynamodb:GetItem", Condition={"StringEquals": {key: values[key]}}))
    codes = [code(user.client("dynamodb").get_item, **GET) for user in users]
    other = MISSING if key == "aws:PrincipalType" else "AccessDeniedException"
    assert codes == [MISSING, other]


def test_a_policy_with_the_users_name_lets_it_manage_its_own_keys(cloud: Cloud) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:user/staff/${{aws:username}}"
    user = User(cloud, allow("iam:*AccessKey*", own), allow("iam:GetUser", own), Path="/staff/")
    iam = user.client("iam")
    other = User(cloud, Path="/staff/")

    assert iam.get_user()["User"]["UserName"] == user.name
    second = iam.create_access_key()["AccessKey"]
    assert second["UserName"] == user.name
    iam.delete_access_key(UserName=user.name, AccessKeyId=second["AccessKeyId"])
    assert [k["UserName"] for k in iam.list_access_keys()["AccessKeyMetadata"]] == [user.name]
    error, message, _ = refusal(iam.create_access_key, UserName=other.name)
    assert (error, f"on resource: {other.arn} " in message) == ("AccessDenied", True)
    assert other.arn == f"arn:aws:iam::{ACCOUNT}:user/staff/{other.name}"


def test_a_queues_policy_may_allow_a_user_what_nothing_else_does(cloud: Cloud) -> None:
    user, other = User(cloud), User(cloud)
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=f"of-{user.name}")["QueueUrl"]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:of-{user.name}"
    policy = document(allow("sqs:SendMessage", queue, Principal={"AWS": user.arn}))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    message = {"QueueUrl": url, "MessageBody": "hello"}
    assert code(user.client("sqs").send_message, **message) == ""
    assert code(other.client("sqs").send_message, **message) == "AccessDenied"
    sqs.delete_queue(QueueUrl=url)


def test_keys_end_with_their_user_and_a_user_that_has_something_stays(cloud: Cloud) -> None:
    user = User(cloud, allow("sqs:*"))
    group = user.group(allow("dynamodb:*"))
    named = {"UserName": user.name}
    user.may_nothing()
    for text, remove in (
        ("must remove users from group first",
         lambda: user.iam.remove_user_from_group(**named, GroupName=group)),
        ("must delete access keys first",
         lambda: user.iam.delete_access_key(**named, AccessKeyId=user.key["AccessKeyId"])),
    ):  # fmt: skip
        error, message, status = refusal(user.iam.delete_user, **named)
        assert (error, text in message, status) == ("DeleteConflict", True, 409)
        remove()
    user.iam.delete_user(**named)
    assert code(user.client("sqs").list_queues) == "InvalidClientTokenId"


def test_a_user_with_another_name_keeps_its_keys_and_rights(cloud: Cloud) -> None:
    user = User(cloud, allow("sqs:ListQueues"))
    user.iam.update_user(UserName=user.name, NewUserName=f"{user.name}-2")
    assert code(user.client("sqs").list_queues) == ""
    _, message, _ = refusal(user.client("sqs").send_message, QueueUrl=QUEUE_URL, MessageBody="m")
    assert message.startswith(f"User: {user.arn}-2 ")


def test_the_code_of_a_function_may_use_the_keys_of_a_user(cloud: Cloud) -> None:
    user = User(cloud, allow("sqs:ListQueues"))
    function = cloud.function(
        "import boto3\n"
        "def handle(event, context):\n"
        "    keys = (event['AccessKeyId'], event['SecretAccessKey'])\n"
        "    session = boto3.Session(*keys, region_name='us-east-2')\n"
        "    names = {'sqs': 'list_queues', 'dynamodb': 'list_tables'}\n"
        "    client = session.client(event['service'])\n"
        "    try:\n"
        "        getattr(client, names[event['service']])()\n"
        "    except Exception as error:\n"
        "        return str(error)\n"
        "    return 'allowed'\n"
    )  # fmt: skip
    keys = {name: user.key[name] for name in ("AccessKeyId", "SecretAccessKey")}
    assert cloud.invoke(function, keys | {"service": "sqs"}).payload == "allowed"
    assert user.arn in cloud.invoke(function, keys | {"service": "dynamodb"}).payload


def test_a_url_that_wants_a_signature_asks_the_users_policies(cloud: Cloud) -> None:
    user = User(cloud)
    function = cloud.function("def handle(event, context):\n    return 'hello'\n")
    url = cloud.client("lambda").create_function_url_config(
        FunctionName=function, AuthType="AWS_IAM"
    )["FunctionUrl"]
    host = {"Host": httpx.URL(url).host}
    statuses = []
    for statement in ("sqs:ListQueues", "lambda:InvokeFunctionUrl"):
        user.may(allow(statement))
        statuses.append(signed(cloud.endpoint, "lambda", user.key, **host).status_code)
    assert statuses == [403, 200]


def test_an_api_asks_the_policies_of_who_signed_and_tells_who_it_was(cloud: Cloud) -> None:
    function = cloud.function(
        "import json\n"
        "def handle(event, context):\n"
        "    identity = event['requestContext']['identity']\n"
        "    return {'statusCode': 200, 'body': json.dumps(identity)}\n"
    )
    api = rest_api(cloud, function)
    gateway = cloud.client("apigateway")
    (root,) = gateway.get_resources(restApiId=api)["items"]
    change = {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}
    gateway.update_method(
        restApiId=api, resourceId=root["id"], httpMethod="GET", patchOperations=[change]
    )
    gateway.create_deployment(restApiId=api, stageName="test")
    source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*"
    permit(cloud, function, "apigateway", source)
    user, role = User(cloud), Role(cloud, allow("execute-api:Invoke", source))

    url = f"{cloud.endpoint}/_aws/execute-api/{api}/test/"
    assert signed(url, "execute-api", user.key).status_code == 403
    user.may(allow("execute-api:Invoke", source))
    callers = [signed(url, "execute-api", keys).json() for keys in (user.key, role.keys)]
    assert [caller["userArn"] for caller in callers] == [user.arn, role.session]
    assert (callers[0]["caller"], callers[0]["user"]) == (user.id, user.id)
    assert callers[1]["caller"].endswith(":test")
    assert callers[0]["accessKey"] == user.key["AccessKeyId"]


def test_with_permissions_switched_off_a_user_may_do_everything(home: Path) -> None:
    cloud = Cloud(process.start(ports.any_free(), iam=False).endpoint)
    user = User(cloud)
    assert user.client("sts").get_caller_identity()["Arn"] == user.arn
    assert code(user.client("dynamodb").list_tables) == ""
    assert code(user.client("iam").list_users) == ""
