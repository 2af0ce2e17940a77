"""The condition key `aws:ResourceTag/KEY`: the tags that a resource has.

The service itself is asked for them, as each stores them in another way. It is asked only if a
policy depends on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError

from localstack_host.localstack_api import connect_to
from localstack_host.services.iam.condition_keys import RESOURCE_TAG

Answer = Mapping[str, Any]
Ask = Callable[[Any, str], Any]


def of(arn: str, account: str, region: str) -> dict[str, tuple[str, ...]]:
    """The condition keys of a resource's tags; none for a resource without tags, or `*`.

    Account and region are those of the request, for an ARN without them.
    """
    if not arn.startswith("arn:") or arn.endswith("*"):
        return {}
    service = arn.split(":")[2]
    ask = ASK.get(service)
    if ask is None:
        return {}
    tags: dict[str, str] = {}
    # What does not exist has no tags, and neither has what the service does not tag.
    with suppress(ClientError, BotoCoreError, KeyError):
        own = arn.split(":")
        client = _client(CLIENTS.get(service, service), own[4] or account, own[3] or region)
        tags = _as_pairs(ask(client, arn))
    return {f"{RESOURCE_TAG}{key.lower()}": (value,) for key, value in tags.items()}


def _client(service: str, account: str, region: str) -> Any:
    return getattr(connect_to(aws_access_key_id=account, region_name=region), service)


def _as_pairs(tags: Any) -> dict[str, str]:
    if isinstance(tags, dict):
        return dict(tags)
    lowered = ({name.lower(): value for name, value in tag.items()} for tag in tags)
    return {t.get("key") or t["tagkey"]: t.get("value") or t.get("tagvalue") or "" for t in lowered}


def _of_api(client: Any, arn: str) -> Any:
    """The parts of an API have its tags, and a stage has its own besides.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
    """
    path = arn.partition("::/")[2]
    if path.startswith("tags/"):  # a path that has the ARN of what is tagged
        path = unquote(path).partition("::/")[2]
    kind, name, *part = [*path.split("/"), ""][:4]
    if kind == "apis":
        return _of_http_api(name, part)
    if kind == "usageplans":
        return client.get_usage_plan(usagePlanId=name).get("tags", {})
    if kind == "apikeys":
        return client.get_api_key(apiKey=name).get("tags", {})
    tags = client.get_rest_api(restApiId=name).get("tags", {})
    if part[:1] == ["stages"] and part[1:2] not in ([], [""]):
        tags |= client.get_stage(restApiId=name, stageName=part[1]).get("tags", {})
    return tags


def _of_http_api(name: str, part: list[str]) -> Any:
    from localstack_host.services.apigatewayv2.models import api_with

    api = api_with(name)
    if api is None:
        return {}
    stage = api.stages.get(part[1], {}) if part[:1] == ["stages"] else {}
    return {**(api.settings.get("Tags") or {}), **(stage.get("Tags") or {})}


def _of_queue(client: Any, arn: str) -> Any:
    name, account = arn.rpartition(":")[2], arn.split(":")[4]
    url = client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    return client.list_queue_tags(QueueUrl=url).get("Tags", {})


def _of_identity(client: Any, arn: str) -> Any:
    """The tags of a role, a user or a policy: a group has none."""
    kind, name = arn.split(":", 5)[5].partition("/")[0], arn.rpartition("/")[2]
    if kind == "policy":
        return client.list_policy_tags(PolicyArn=arn)["Tags"]
    if kind == "user":
        return client.list_user_tags(UserName=name)["Tags"]
    return client.list_role_tags(RoleName=name)["Tags"] if kind == "role" else []


def _of_bucket(client: Any, arn: str) -> Any:
    bucket = arn.rpartition(":")[2]
    return [] if "/" in bucket else client.get_bucket_tagging(Bucket=bucket)["TagSet"]


def _of_parameter(client: Any, arn: str) -> Any:
    name = arn.partition(":parameter")[2]
    known = name if name.count("/") > 1 else name.removeprefix("/")
    listed = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=known)
    return listed["TagList"]


def _of_log_group(client: Any, arn: str) -> Any:
    group = arn.partition(":log-stream:")[0].removesuffix(":*")
    return client.list_tags_for_resource(resourceArn=group)["tags"]


def _without_qualifier(arn: str) -> str:
    return ":".join(arn.split(":")[:7])


ASK: dict[str, Ask] = {
    "apigateway": _of_api,
    "application-autoscaling": lambda client, arn: client.list_tags_for_resource(ResourceARN=arn)[
        "Tags"
    ],
    "backup": lambda client, arn: client.list_tags(ResourceArn=arn)["Tags"],
    "cloudtrail": lambda client, arn: client.list_tags(ResourceIdList=[arn])["ResourceTagList"][0][
        "TagsList"
    ],
    "cloudwatch": lambda client, arn: client.list_tags_for_resource(ResourceARN=arn)["Tags"],
    "cognito-idp": lambda client, arn: client.list_tags_for_resource(ResourceArn=arn)["Tags"],
    "dynamodb": lambda client, arn: client.list_tags_of_resource(ResourceArn=arn)["Tags"],
    "events": lambda client, arn: client.list_tags_for_resource(ResourceARN=arn)["Tags"],
    "iam": _of_identity,
    "kms": lambda client, arn: client.list_resource_tags(KeyId=arn)["Tags"],
    "lambda": lambda client, arn: client.list_tags(Resource=_without_qualifier(arn))["Tags"],
    "logs": _of_log_group,
    "s3": _of_bucket,
    "sns": lambda client, arn: client.list_tags_for_resource(ResourceArn=arn)["Tags"],
    "sqs": _of_queue,
    "ssm": _of_parameter,
    "states": lambda client, arn: client.list_tags_for_resource(resourceArn=arn)["tags"],
    "wafv2": lambda client, arn: client.list_tags_for_resource(ResourceARN=arn)[
        "TagInfoForResource"
    ]["TagList"],
}
CLIENTS = {"lambda": "lambda_", "states": "stepfunctions"}
