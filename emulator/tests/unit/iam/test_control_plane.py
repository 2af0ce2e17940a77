"""What the control plane needs: the calls of Terraform, and what AWS would ask for.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
import yaml
from botocore.loaders import Loader

from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions import Permission, Place, needs_of, s3
from localstack_host.services.iam.required_permissions.action_table import action_of

PLACE = Place("us-east-2", "000000000000")
ROLE = "arn:aws:iam::000000000000:role/r"
TAGS = [{"Key": "Environment", "Value": "dev"}]
TAG_KEYS = {"aws:requesttag/environment": ("dev",), "aws:tagkeys": ("Environment",)}
API = "arn:aws:apigateway:us-east-2::/restapis/a1"
STAGE = f"{API}/stages/live"
HTTP_API = "arn:aws:apigateway:us-east-2::/apis/a1"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:us-east-2:000000000000:{resource}"


WEB_ACL = arn("wafv2", "regional/webacl/shop/1-2")
CASES: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("apigateway", "GetRestApi", {"restApiId": "a1"}, [("apigateway:GET", API)]),
    ("apigateway", "CreateDeployment", {"restApiId": "a1"},
     [("apigateway:POST", f"{API}/deployments")]),
    ("apigateway", "UpdateStage", {"restApiId": "a1", "stageName": "live"},
     [("apigateway:PATCH", STAGE)]),
    ("apigateway", "CreateRestApi", {"name": "shop", "tags": {"Environment": "dev"}},
     [("apigateway:POST", "arn:aws:apigateway:us-east-2::/restapis"),
      ("apigateway:PUT", "arn:aws:apigateway:us-east-2::/tags/*")]),
    ("apigateway", "PutRestApi", {"restApiId": "a1", "policy": "{}"},
     [("apigateway:PUT", API), ("apigateway:UpdateRestApiPolicy", API)]),
    ("apigatewayv2", "CreateApi", {"Name": "shop", "Tags": {"Environment": "dev"}},
     [("apigateway:POST", "arn:aws:apigateway:us-east-2::/apis"),
      ("apigateway:PUT", "arn:aws:apigateway:us-east-2::/tags/*")]),
    ("apigatewayv2", "GetStage", {"ApiId": "a1", "StageName": "$default"},
     [("apigateway:GET", f"{HTTP_API}/stages/$default")]),
    ("apigatewayv2", "CreateIntegration", {"ApiId": "a1", "CredentialsArn": ROLE},
     [("apigateway:POST", f"{HTTP_API}/integrations"), ("iam:PassRole", ROLE)]),
    ("apigatewayv2", "UpdateAuthorizer", {"ApiId": "a1", "AuthorizerId": "b2"},
     [("apigateway:PATCH", f"{HTTP_API}/authorizers/b2")]),
    ("backup", "CreateBackupPlan",
     {"BackupPlan": {"BackupPlanName": "p"}, "BackupPlanTags": {"Environment": "dev"}},
     [("backup:CreateBackupPlan", arn("backup", "backup-plan:*")),
      ("backup:TagResource", arn("backup", "backup-plan:*"))]),
    ("backup", "ListTags", {"ResourceArn": arn("backup", "backup-plan:1")},
     [("backup:ListTags", arn("backup", "backup-plan:1"))]),
    ("backup", "CreateBackupSelection",
     {"BackupPlanId": "1", "BackupSelection": {"SelectionName": "s", "IamRoleArn": ROLE}},
     [("backup:CreateBackupSelection", arn("backup", "backup-plan:1")), ("iam:PassRole", ROLE)]),
    ("backup", "CreateBackupVault", {"BackupVaultName": "v"},
     [("backup:CreateBackupVault", arn("backup", "backup-vault:v")),
      ("backup-storage:MountCapsule", "*")]),
    ("budgets", "DescribeBudget", {"AccountId": "000000000000", "BudgetName": "b"},
     [("budgets:ViewBudget", "arn:aws:budgets::000000000000:budget/b")]),
    ("budgets", "CreateBudget", {"AccountId": "000000000000", "Budget": {"BudgetName": "b"}},
     [("budgets:ModifyBudget", "arn:aws:budgets::000000000000:budget/b")]),
    ("cloudtrail", "DescribeTrails", {"trailNameList": ["t"]},
     [("cloudtrail:DescribeTrails", "*")]),
    ("cloudtrail", "StartLogging", {"Name": "t"},
     [("cloudtrail:StartLogging", arn("cloudtrail", "trail/t"))]),
    ("cloudtrail", "CreateTrail", {"Name": "t", "TagsList": TAGS},
     [("cloudtrail:CreateTrail", arn("cloudtrail", "trail/t")),
      ("cloudtrail:AddTags", arn("cloudtrail", "trail/t"))]),
    ("cloudtrail", "ListTags", {"ResourceIdList": [arn("cloudtrail", "trail/t")]},
     [("cloudtrail:ListTags", arn("cloudtrail", "trail/t"))]),
    ("cloudwatch", "PutMetricAlarm", {"AlarmName": "a", "Tags": TAGS},
     [("cloudwatch:PutMetricAlarm", arn("cloudwatch", "alarm:a")),
      ("cloudwatch:TagResource", arn("cloudwatch", "alarm:a"))]),
    ("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a", "b"]},
     [("cloudwatch:DeleteAlarms", arn("cloudwatch", "alarm:a")),
      ("cloudwatch:DeleteAlarms", arn("cloudwatch", "alarm:b"))]),
    ("dynamodb", "CreateTable", {"TableName": "t", "Tags": TAGS},
     [("dynamodb:CreateTable", arn("dynamodb", "table/t")),
      ("dynamodb:TagResource", arn("dynamodb", "table/t"))]),
    ("events", "CreateEventBus", {"Name": "shop"},
     [("events:CreateEventBus", arn("events", "event-bus/shop"))]),
    ("events", "PutRule", {"Name": "r", "EventBusName": "shop"},
     [("events:PutRule", arn("events", "rule/shop/r"))]),
    ("events", "DescribeRule", {"Name": "r"}, [("events:DescribeRule", arn("events", "rule/r"))]),
    ("events", "PutTargets", {"Rule": "r", "Targets": [{"Id": "1", "Arn": "a", "RoleArn": ROLE}]},
     [("events:PutTargets", arn("events", "rule/r")), ("iam:PassRole", ROLE)]),
    ("iam", "CreateRole", {"RoleName": "r", "Tags": TAGS},
     [("iam:CreateRole", ROLE), ("iam:TagRole", ROLE)]),
    ("iam", "CreateRole", {"RoleName": "r", "Path": "/teams/"},
     [("iam:CreateRole", "arn:aws:iam::000000000000:role/teams/r")]),
    ("iam", "AttachRolePolicy", {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/P"},
     [("iam:AttachRolePolicy", ROLE)]),
    ("kms", "CreateKey", {"Tags": [{"TagKey": "Environment", "TagValue": "dev"}]},
     [("kms:CreateKey", "*"), ("kms:TagResource", arn("kms", "key/*"))]),
    ("kms", "ListAliases", {}, [("kms:ListAliases", "*")]),
    ("kms", "CreateAlias", {"AliasName": "alias/a", "TargetKeyId": "1-2"},
     [("kms:CreateAlias", arn("kms", "alias/a")), ("kms:CreateAlias", arn("kms", "key/1-2"))]),
    ("lambda", "CreateFunction",
     {"FunctionName": "f", "Role": ROLE, "Tags": {"Environment": "dev"}},
     [("lambda:CreateFunction", arn("lambda", "function:f")),
      ("lambda:TagResource", arn("lambda", "function:f")), ("iam:PassRole", ROLE)]),
    ("lambda", "CreateEventSourceMapping", {"FunctionName": "f", "Tags": {"Environment": "dev"}},
     [("lambda:CreateEventSourceMapping", "*"),
      ("lambda:TagResource", arn("lambda", "event-source-mapping:*"))]),
    ("lambda", "GetAlias", {"FunctionName": "f", "Name": "live"},
     [("lambda:GetAlias", arn("lambda", "function:f"))]),
    ("logs", "CreateLogGroup", {"logGroupName": "g", "tags": {"Environment": "dev"}},
     [("logs:CreateLogGroup", arn("logs", "log-group:g:log-stream:")),
      ("logs:TagResource", arn("logs", "log-group:g:log-stream:"))]),
    ("logs", "DescribeLogGroups", {"logGroupNamePrefix": "g"}, [("logs:DescribeLogGroups", "*")]),
    ("logs", "StartQuery",
     {"logGroupIdentifiers": ["g", arn("logs", "log-group:h")], "startTime": 0, "endTime": 1,
      "queryString": "limit 1"},
     [("logs:StartQuery", arn("logs", "log-group:g:log-stream:")),
      ("logs:StartQuery", arn("logs", "log-group:h:log-stream:"))]),
    ("logs", "PutQueryDefinition", {"name": "q", "logGroupNames": ["g"]},
     [("logs:PutQueryDefinition", "*")]),
    ("resourcegroupstaggingapi", "GetResources", {}, [("tag:GetResources", "*")]),
    ("s3", "GetBucketAccelerateConfiguration", {"Bucket": "b"},
     [("s3:GetAccelerateConfiguration", "arn:aws:s3:::b")]),
    ("s3", "DeletePublicAccessBlock", {"Bucket": "b"},
     [("s3:PutBucketPublicAccessBlock", "arn:aws:s3:::b")]),
    ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, [("s3:GetObject", "arn:aws:s3:::b/k")]),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Tagging": "a=b"},
     [("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:PutObjectTagging", "arn:aws:s3:::b/k")]),
    ("s3", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "other/a"},
     [("s3:GetObject", "arn:aws:s3:::other/a"), ("s3:PutObject", "arn:aws:s3:::b/k")]),
    ("ses", "VerifyEmailIdentity", {"EmailAddress": "a@b"}, [("ses:VerifyEmailIdentity", "*")]),
    ("sns", "CreateTopic", {"Name": "t", "Tags": TAGS},
     [("sns:CreateTopic", arn("sns", "t")), ("sns:TagResource", arn("sns", "t"))]),
    ("sns", "GetSubscriptionAttributes", {"SubscriptionArn": arn("sns", "t:1")},
     [("sns:GetSubscriptionAttributes", arn("sns", "t"))]),
    ("sqs", "CreateQueue", {"QueueName": "q", "tags": {"Environment": "dev"}},
     [("sqs:CreateQueue", arn("sqs", "q")), ("sqs:TagQueue", arn("sqs", "q"))]),
    ("ssm", "ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": "/a/b"},
     [("ssm:ListTagsForResource", arn("ssm", "parameter/a/b"))]),
    ("ssm", "PutParameter", {"Name": "/a", "Tags": TAGS},
     [("ssm:PutParameter", arn("ssm", "parameter/a")),
      ("ssm:AddTagsToResource", arn("ssm", "parameter/a"))]),
    ("stepfunctions", "CreateStateMachine", {"name": "m", "roleArn": ROLE,
                                             "tags": [{"key": "Environment", "value": "dev"}]},
     [("states:CreateStateMachine", arn("states", "stateMachine:m")),
      ("states:TagResource", arn("states", "stateMachine:m")), ("iam:PassRole", ROLE)]),
    ("stepfunctions", "ValidateStateMachineDefinition", {"definition": "{}"},
     [("states:ValidateStateMachineDefinition", "*")]),
    ("ssm", "PutParameter", {"Name": "/a", "KeyId": "1-2", "Tags": TAGS},
     [("ssm:PutParameter", arn("ssm", "parameter/a")), ("kms:Encrypt", arn("kms", "key/1-2")),
      ("ssm:AddTagsToResource", arn("ssm", "parameter/a"))]),
    ("wafv2", "CreateWebACL",
     {"Name": "shop", "Scope": "REGIONAL", "Tags": TAGS,
      "Rules": [{"Statement": {"ManagedRuleGroupStatement": {"Name": "g", "VendorName": "AWS"}}}]},
     [("wafv2:CreateWebACL", arn("wafv2", "regional/webacl/shop/*")),
      ("wafv2:TagResource", arn("wafv2", "regional/webacl/shop/*")),
      ("wafv2:CreateWebACL", arn("wafv2", "regional/managedruleset/*/*"))]),
    ("wafv2", "AssociateWebACL", {"WebACLArn": WEB_ACL, "ResourceArn": STAGE},
     [("wafv2:AssociateWebACL", WEB_ACL), ("wafv2:AssociateWebACL", STAGE),
      ("apigateway:SetWebACL", STAGE)]),
    ("wafv2", "GetLoggingConfiguration", {"ResourceArn": WEB_ACL},
     [("wafv2:GetLoggingConfiguration", WEB_ACL)]),
]  # fmt: skip


def asked(service: str, operation: str, params: dict[str, Any]) -> list[Permission]:
    return list(needs_of(service, operation, params, PLACE))


@pytest.mark.parametrize(("service", "operation", "params", "expected"), CASES)
def test_an_operation_needs_its_actions_on_its_resources(
    service: str, operation: str, params: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = [(need.action, need.resource) for need in asked(service, operation, params)]

    assert sorted(found) == sorted(expected)


KEYS: list[tuple[str, str, dict[str, Any], dict[str, tuple[str, ...]]]] = [
    ("sns", "CreateTopic", {"Name": "t", "Tags": TAGS}, TAG_KEYS),
    ("kms", "TagResource", {"KeyId": "1-2", "Tags": [{"TagKey": "Environment", "TagValue": "dev"}]},
     TAG_KEYS),
    ("sqs", "UntagQueue", {"QueueUrl": "http://h/000000000000/q", "TagKeys": ["Environment"]},
     {"aws:tagkeys": ("Environment",)}),
    ("apigateway", "CreateStage",
     {"restApiId": "a1", "stageName": "s", "tags": {"Environment": "dev"}}, TAG_KEYS),
    ("iam", "CreateRole", {"RoleName": "r", "PermissionsBoundary": "arn:aws:iam::1:policy/b"},
     {"iam:permissionsboundary": ("arn:aws:iam::1:policy/b",)}),
    ("iam", "AttachRolePolicy", {"RoleName": "none", "PolicyArn": "arn:aws:iam::aws:policy/P"},
     {"iam:policyarn": ("arn:aws:iam::aws:policy/P",)}),
    ("lambda", "CreateEventSourceMapping", {"FunctionName": "f"},
     {"lambda:functionarn": (arn("lambda", "function:f"),)}),
    ("lambda", "AddPermission", {"FunctionName": "f", "Principal": "sns.amazonaws.com"},
     {"lambda:principal": ("sns.amazonaws.com",)}),
    ("sns", "Subscribe", {"TopicArn": arn("sns", "t"), "Protocol": "email", "Endpoint": "a@b"},
     {"sns:protocol": ("email",), "sns:endpoint": ("a@b",)}),
    ("s3", "PutBucketAcl", {"Bucket": "b", "ACL": "private"}, {"s3:x-amz-acl": ("private",)}),
    ("dynamodb", "GetItem", {"TableName": "t", "Key": {"LockID": {"S": "b/dev/x"}}},
     {"dynamodb:leadingkeys": ("b/dev/x",)}),
    ("dynamodb", "BatchWriteItem",
     {"RequestItems": {"t": [{"DeleteRequest": {"Key": {"id": {"N": "1"}}}},
                             {"PutRequest": {"Item": {"id": {"S": "2"}}}}]}},
     {"dynamodb:leadingkeys": ("1", "2")}),
    ("dynamodb", "TransactWriteItems",
     {"TransactItems": [{"Put": {"TableName": "t", "Item": {"id": {"S": "1"}}}},
                        {"Put": {"TableName": "t", "Item": {"id": {"S": "2"}}}}]},
     {"dynamodb:leadingkeys": ("1", "2")}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params", "expected"), KEYS)
def test_a_request_brings_its_condition_keys(
    service: str,
    operation: str,
    params: dict[str, Any],
    expected: dict[str, tuple[str, ...]],
) -> None:
    first, *_ = asked(service, operation, params)

    assert dict(first.keys) == expected


@pytest.mark.parametrize(
    "asked_for",
    [
        {"KeyConditionExpression": "id = :v"},
        {"KeyConditionExpression": "n > :n AND (#id = :v)"},
        {"KeyConditionExpression": ":v = id"},
        {"KeyConditions": {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "1"}]}}},
    ],
)
def test_a_query_brings_its_partition_key_however_it_says_it(
    monkeypatch: pytest.MonkeyPatch, asked_for: dict[str, Any]
) -> None:
    monkeypatch.setattr(stored, "partition_key", lambda *_: "id")
    params = {
        "TableName": "t",
        "ExpressionAttributeNames": {"#id": "id"},
        "ExpressionAttributeValues": {":v": {"S": "1"}, ":n": {"N": "0"}},
    }
    (query,) = asked("dynamodb", "Query", params | asked_for)

    assert dict(query.keys) == {"dynamodb:leadingkeys": ("1",)}


@pytest.mark.parametrize("text", ["", "id =", "id = :none", "#none = :v", "id > :v", "NOT id = :v"])
def test_a_query_without_a_partition_key_brings_none(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(stored, "partition_key", lambda *_: "id")
    params = {"KeyConditionExpression": text, "ExpressionAttributeValues": {":v": {"S": "1"}}}
    (query,) = asked("dynamodb", "Query", params | {"TableName": "t"})

    assert query.keys == ()


@pytest.mark.parametrize(
    "operation", ["DeleteRole", "DeleteRolePermissionsBoundary", "PutRolePolicy",
                  "UpdateAssumeRolePolicy", "AttachUserPolicy", "DeleteUserPermissionsBoundary",
                  "PutUserPolicy"]
)  # fmt: skip
def test_what_changes_a_role_or_user_brings_its_boundary(
    monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    monkeypatch.setattr(stored, "boundary_of", lambda *_: "arn:aws:iam::000000000000:policy/b")
    (change,) = asked("iam", operation, {"UserName" if "User" in operation else "RoleName": "r"})

    assert dict(change.keys) == {"iam:permissionsboundary": ("arn:aws:iam::000000000000:policy/b",)}


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateAccessKey", {}),
        ("ListAccessKeys", {}),
        ("DeleteAccessKey", {"AccessKeyId": "AKIA"}),
        ("ChangePassword", {"OldPassword": "a", "NewPassword": "b"}),
        ("GetUser", {}),
    ],
)
def test_a_users_request_that_names_no_user_is_about_itself(
    operation: str, params: dict[str, Any]
) -> None:
    place = Place("us-east-2", "000000000000", user="ada")

    (need,) = needs_of("iam", operation, params, place)

    assert need == Permission(f"iam:{operation}", "arn:aws:iam::000000000000:user/ada")


def test_a_new_user_brings_its_path_and_the_boundary_in_the_request() -> None:
    params = {"UserName": "ada", "Path": "/staff/", "PermissionsBoundary": "arn:aws:iam::aws:p"}
    (need,) = asked("iam", "CreateUser", params)

    assert need.resource == "arn:aws:iam::000000000000:user/staff/ada"
    assert dict(need.keys) == {"iam:permissionsboundary": ("arn:aws:iam::aws:p",)}


def test_a_role_is_passed_to_the_service_that_gets_it() -> None:
    *_, passed = asked("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "Role": ROLE})

    assert passed == Permission(
        "iam:PassRole", ROLE, (("iam:passedtoservice", ("lambda.amazonaws.com",)),)
    )


DOCUMENT = {
    "components": {
        "securitySchemes": {
            "a": {"x-amazon-apigateway-authorizer": {"authorizerCredentials": f"{ROLE}-a"}}
        },
        "schemas": {"Grant": {"example": {"role": f"{ROLE}-of-an-example"}}},
    },
    "paths": {"/": {"get": {"x-amazon-apigateway-integration": {"credentials": ROLE}}}},
}


@pytest.mark.parametrize(
    ("service", "operation", "params", "roles"),
    [
        ("apigateway", "PutRestApi",
         {"restApiId": "a1", "body": BytesIO(json.dumps(DOCUMENT).encode())},
         {ROLE, f"{ROLE}-a"}),
        ("apigateway", "ImportRestApi", {"body": BytesIO(yaml.safe_dump(DOCUMENT).encode())},
         {ROLE, f"{ROLE}-a"}),
        ("apigatewayv2", "ImportApi", {"Body": json.dumps(DOCUMENT)}, {ROLE, f"{ROLE}-a"}),
        ("apigatewayv2", "ReimportApi", {"ApiId": "a1", "Body": yaml.safe_dump(DOCUMENT)},
         {ROLE, f"{ROLE}-a"}),
        ("apigatewayv2", "ImportApi", {"Body": "{"}, set()),
        ("apigateway", "UpdateIntegration",
         {"restApiId": "a1", "resourceId": "r1", "httpMethod": "GET",
          "patchOperations": [{"op": "replace", "path": "/credentials", "value": ROLE}]}, {ROLE}),
        ("apigateway", "UpdateAccount",
         {"patchOperations": [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}]},
         {ROLE}),
        ("apigateway", "UpdateStage",
         {"restApiId": "a1", "stageName": "live",
          "patchOperations": [{"op": "replace", "path": "/variables/role", "value": ROLE}]}, set()),
        ("cognito-idp", "CreateUserPool",
         {"PoolName": "p", "SmsConfiguration": {"SnsCallerArn": ROLE}}, {ROLE}),
        ("sns", "SetTopicAttributes",
         {"TopicArn": arn("sns", "t"), "AttributeName": "SQSFailureFeedbackRoleArn",
          "AttributeValue": ROLE}, {ROLE}),
    ],
)  # fmt: skip
def test_a_role_is_passed_wherever_a_request_has_it(
    service: str, operation: str, params: dict[str, Any], roles: set[str]
) -> None:
    for _ in range(2):  # the operation reads a body as well
        found = asked(service, operation, params)

    assert {need.resource for need in found if need.action == "iam:PassRole"} == roles


def test_what_is_only_named_like_a_role_is_not_passed() -> None:
    (read,) = asked("iam", "GetRole", {"RoleName": "r"})
    (found,) = asked("lambda", "ListFunctions", {"Marker": ROLE})

    assert (read.action, found.action) == ("iam:GetRole", "lambda:ListFunctions")


# Operations of these services that AWS's table has no action for: nobody calls them here.
WITHOUT_AN_ACTION = {
    "s3": {
        "CopyObject",
        "CreateBucketMetadataConfiguration",
        "CreateSession",
        "DeleteBucketMetadataConfiguration",
        "DeleteBucketMetadataTableConfiguration",
        "DeleteObjects",
        "GetBucketMetadataConfiguration",
        "ListDirectoryBuckets",
        "RenameObject",
        "UploadPartCopy",
        "WriteGetObjectResponse",
    },
    "cloudtrail": {"ListInsightsMetricData"},
    "iam": {"UpdateDelegationRequest"},
    "sns": {"PublishBatch"},  # the action of Publish
}


def test_every_operation_of_s3_has_an_action_of_iam_or_is_known_to_have_none() -> None:
    operations = Loader().load_service_model("s3", "service-2")["operations"]

    without = {name for name in operations if s3.action_named(name) is None}
    assert without == WITHOUT_AN_ACTION["s3"]


@pytest.mark.parametrize("service", ["backup", "budgets", "cloudtrail", "wafv2", "iam", "sns"])
def test_every_operation_has_an_action_of_iam(service: str) -> None:
    operations = Loader().load_service_model(service, "service-2")["operations"]

    without = {name for name in operations if action_of(service, name) is None}
    assert without == WITHOUT_AN_ACTION.get(service, set())
