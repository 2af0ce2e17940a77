"""What requests need: a table of operations, and what AWS would ask for."""

from __future__ import annotations

from typing import Any

import pytest

from localstack_host.services.iam.required_permissions import (
    NotUnderstood,
    Permission,
    Place,
    needs_of,
)

PLACE = Place("us-east-2", "000000000000")
KEY = {"Key": {"id": {"S": "1"}}}


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:us-east-2:000000000000:{resource}"


ORDERS = arn("dynamodb", "table/orders")
STOCK = arn("dynamodb", "table/stock")
LIVE = arn("lambda", "function:step:live")
MACHINE = arn("states", "stateMachine:checkout")
EXECUTION = arn("states", "execution:checkout:ord_1")
QUEUE = arn("sqs", "notes")
TOPIC = arn("sns", "orders")
STREAM = arn("logs", "log-group:/aws/lambda/step:log-stream:2026/[$LATEST]1")

CASES: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("dynamodb", "GetItem", {"TableName": "orders"}, [("dynamodb:GetItem", ORDERS)]),
    ("dynamodb", "PutItem", {"TableName": ORDERS}, [("dynamodb:PutItem", ORDERS)]),
    ("dynamodb", "Scan", {"TableName": "orders"}, [("dynamodb:Scan", ORDERS)]),
    ("dynamodb", "Query", {"TableName": "orders", "IndexName": "open"},
     [("dynamodb:Query", f"{ORDERS}/index/open")]),
    ("dynamodb", "BatchGetItem", {"RequestItems": {"orders": {}, "stock": {}}},
     [("dynamodb:BatchGetItem", ORDERS), ("dynamodb:BatchGetItem", STOCK)]),
    ("dynamodb", "BatchWriteItem", {"RequestItems": {STOCK: []}},
     [("dynamodb:BatchWriteItem", STOCK)]),
    ("dynamodb", "TransactGetItems", {"TransactItems": [{"Get": {"TableName": "stock"}}] * 3},
     [("dynamodb:GetItem", STOCK)]),
    ("dynamodb", "TransactWriteItems",
     {"TransactItems": [
         {"Put": {"TableName": "orders"}}, {"Update": {"TableName": "stock"}},
         {"Delete": {"TableName": "stock"}}, {"ConditionCheck": {"TableName": "orders"}}]},
     [("dynamodb:PutItem", ORDERS), ("dynamodb:UpdateItem", STOCK),
      ("dynamodb:DeleteItem", STOCK), ("dynamodb:ConditionCheckItem", ORDERS)]),
    ("dynamodb", "ListTables", {}, [("dynamodb:ListTables", "*")]),
    ("lambda", "Invoke", {"FunctionName": "step:live"}, [("lambda:InvokeFunction", LIVE)]),
    ("lambda", "Invoke", {"FunctionName": "step", "Qualifier": "live"},
     [("lambda:InvokeFunction", LIVE)]),
    ("lambda", "Invoke", {"FunctionName": LIVE, "Qualifier": "live"},
     [("lambda:InvokeFunction", LIVE)]),
    ("lambda", "Invoke", {"FunctionName": "000000000000:function:step", "Qualifier": "live"},
     [("lambda:InvokeFunction", LIVE)]),
    ("lambda", "Invoke", {"FunctionName": arn("lambda", "function:step")},
     [("lambda:InvokeFunction", arn("lambda", "function:step"))]),
    ("lambda", "GetFunctionConfiguration", {"FunctionName": "step"},
     [("lambda:GetFunctionConfiguration", arn("lambda", "function:step"))]),
    ("stepfunctions", "StartExecution", {"stateMachineArn": MACHINE, "name": "ord_1"},
     [("states:StartExecution", MACHINE)]),
    ("stepfunctions", "DescribeExecution", {"executionArn": EXECUTION},
     [("states:DescribeExecution", EXECUTION)]),
    ("sqs", "SendMessage", {"QueueUrl": "http://localhost:4566/000000000000/notes"},
     [("sqs:SendMessage", QUEUE)]),
    ("sqs", "DeleteMessageBatch",
     {"QueueUrl": "http://sqs.us-east-2.localhost.localstack.cloud:4566/000000000000/notes"},
     [("sqs:DeleteMessage", QUEUE)]),
    ("sqs-query", "ReceiveMessage", {"QueueUrl": "http://h/queue/us-east-2/000000000000/notes"},
     [("sqs:ReceiveMessage", QUEUE)]),
    ("sqs", "GetQueueUrl", {"QueueName": "notes"}, [("sqs:GetQueueUrl", QUEUE)]),
    ("sns", "Publish", {"TopicArn": TOPIC}, [("sns:Publish", TOPIC)]),
    ("sns", "PublishBatch", {"TopicArn": TOPIC}, [("sns:Publish", TOPIC)]),
    ("sns", "Publish", {"PhoneNumber": "+1"}, [("sns:Publish", "*")]),
    ("sns", "GetTopicAttributes", {"TopicArn": TOPIC}, [("sns:GetTopicAttributes", TOPIC)]),
    ("events", "PutEvents", {"Entries": [{"EventBusName": "checkout"}, {}]},
     [("events:PutEvents", arn("events", "event-bus/checkout")),
      ("events:PutEvents", arn("events", "event-bus/default"))]),
    ("ssm", "GetParametersByPath", {"Path": "/checkout/dev/auth"},
     [("ssm:GetParametersByPath", arn("ssm", "parameter/checkout/dev/auth"))]),
    ("ssm", "GetParameters", {"Names": ["/a", "b"]},
     [("ssm:GetParameters", arn("ssm", "parameter/a")),
      ("ssm:GetParameters", arn("ssm", "parameter/b"))]),
    ("kms", "Encrypt", {"KeyId": "1-2"}, [("kms:Encrypt", arn("kms", "key/1-2"))]),
    ("logs", "PutLogEvents",
     {"logGroupName": "/aws/lambda/step", "logStreamName": "2026/[$LATEST]1"},
     [("logs:PutLogEvents", STREAM)]),
    ("logs", "CreateLogStream", {"logGroupName": "g", "logStreamName": "s"},
     [("logs:CreateLogStream", arn("logs", "log-group:g:log-stream:"))]),
    ("ses", "SendEmail", {"Source": "The Shop <orders@example.com>"},
     [("ses:SendEmail", arn("ses", "identity/orders@example.com"))]),
    ("s3", "GetObject", {"Bucket": "b", "Key": "a/c"}, [("s3:GetObject", "arn:aws:s3:::b/a/c")]),
    ("s3", "GetObject", {"Bucket": "b", "Key": "c", "VersionId": "1"},
     [("s3:GetObjectVersion", "arn:aws:s3:::b/c")]),
    ("s3", "GetObjectAcl", {"Bucket": "b", "Key": "c", "VersionId": "1"},
     [("s3:GetObjectVersionAcl", "arn:aws:s3:::b/c")]),
    ("s3", "DeleteObject", {"Bucket": "b", "Key": "c", "VersionId": "1"},
     [("s3:DeleteObjectVersion", "arn:aws:s3:::b/c")]),
    ("s3", "DeleteObject", {"Bucket": "b", "Key": "c", "IfMatch": "*"},
     [("s3:DeleteObject", "arn:aws:s3:::b/c")]),
    ("s3", "DeleteObject", {"Bucket": "b", "Key": "c", "IfMatch": "tag"},
     [("s3:DeleteObject", "arn:aws:s3:::b/c"), ("s3:GetObject", "arn:aws:s3:::b/c")]),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "c", "ETag": "tag"}]}},
     [("s3:DeleteObject", "arn:aws:s3:::b/c"), ("s3:GetObject", "arn:aws:s3:::b/c")]),
    ("s3", "DeleteObjects",
     {"Bucket": "b", "Delete": {"Objects": [{"Key": "c"}, {"Key": "d", "VersionId": "1"}]}},
     [("s3:DeleteObject", "arn:aws:s3:::b/c"), ("s3:DeleteObjectVersion", "arn:aws:s3:::b/d")]),
    ("s3", "GetObjectAttributes", {"Bucket": "b", "Key": "c"},
     [("s3:GetObject", "arn:aws:s3:::b/c"), ("s3:GetObjectAttributes", "arn:aws:s3:::b/c")]),
    ("s3", "ListObjectsV2", {"Bucket": "b"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
    ("s3", "UploadPart", {"Bucket": "b", "Key": "c"}, [("s3:PutObject", "arn:aws:s3:::b/c")]),
    ("s3", "ListBuckets", {}, [("s3:ListAllMyBuckets", "*")]),
    ("s3", "GetBucketPolicy", {"Bucket": "b"}, [("s3:GetBucketPolicy", "arn:aws:s3:::b")]),
    ("cloudwatch", "PutMetricData", {"Namespace": "n"}, [("cloudwatch:PutMetricData", "*")]),
    ("xray", "PutTraceSegments", {"TraceSegmentDocuments": []}, [("xray:PutTraceSegments", "*")]),
    ("sts", "GetCallerIdentity", {}, []),
    ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::000000000000:role/r"},
     [("sts:AssumeRole", "arn:aws:iam::000000000000:role/r")]),
    ("iam", "GetRole", {"RoleName": "r"}, [("iam:GetRole", "arn:aws:iam::000000000000:role/r")]),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params", "expected"), CASES)
def test_an_operation_needs_its_actions_on_its_resources(
    service: str, operation: str, params: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    needs = needs_of(service, operation, params, PLACE)
    assert [(need.action, need.resource) for need in needs] == expected


def test_an_event_brings_its_source_and_type_as_condition_keys() -> None:
    entry = {"Source": "checkout", "DetailType": "OrderConfirmed"}
    (need,) = needs_of("events", "PutEvents", {"Entries": [entry]}, PLACE)
    expected = {"events:source": ("checkout",), "events:detail-type": ("OrderConfirmed",)}
    assert dict(need.keys) == expected


def test_a_role_is_assumed_with_an_external_id() -> None:
    asked = {"RoleArn": "arn:aws:iam::1:role/r", "RoleSessionName": "s", "ExternalId": "x"}
    (need,) = needs_of("sts", "AssumeRole", asked, PLACE)
    assert dict(need.keys) == {"sts:externalid": ("x",), "sts:rolesessionname": ("s",)}


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("kms", "Decrypt", {"CiphertextBlob": b""}),  # the key is in the ciphertext
        ("s3", "CopyObject", {"Bucket": "b", "Key": "k"}),  # which one is copied?
        ("lambda", "GetFunction", {}),
        ("lambda", "Invoke", {}),
        ("dynamodb", "TransactWriteItems", {"TransactItems": [{"Put": {}}]}),
        ("dynamodb", "TransactWriteItems", {"TransactItems": ["Put"]}),
        ("dynamodb", "TransactWriteItems", {"TransactItems": [{"Paint": {"TableName": "t"}}]}),
        ("nonesuch", "DoIt", {}),
    ],
)
def test_what_a_request_needs_is_never_guessed(
    service: str, operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(NotUnderstood):
        needs_of(service, operation, params, PLACE)


def test_actions_are_spelled_as_aws_spells_them() -> None:
    """Every action of the table above exists in AWS's own list."""
    from localstack_host.services.iam.required_permissions.generic import action_of

    for *_, expected in CASES:
        for action, _ in expected:
            prefix, name = action.split(":")
            assert action_of(prefix, name)["name"] == name


def test_needs_are_told_once() -> None:
    items = [{"Put": {"TableName": "orders"}}] * 25
    needs = needs_of("dynamodb", "TransactWriteItems", {"TransactItems": items}, PLACE)
    assert needs == (Permission("dynamodb:PutItem", ORDERS),)
