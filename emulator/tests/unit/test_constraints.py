"""Constraints of a service's model: which requests break them, and in which words."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

from localstack_host.gateway import constraints


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"))


def message(service: str, operation: str, **request: Any) -> str:
    shape = model(service).operation_model(operation).input_shape
    return constraints.broken(service, request, shape)


GROUP = r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"


@pytest.mark.parametrize(
    ("service", "operation", "request_", "expected"),
    [
        ("logs", "CreateLogGroup", {"logGroupName": "/a!"},
         "1 validation error detected: Value '/a!' at 'logGroupName' failed to satisfy constraint:"
         f" {GROUP}"),
        ("logs", "CreateLogGroup", {"logGroupName": "a" * 513},
         f"1 validation error detected: Value '{'a' * 513}' at 'logGroupName' failed to satisfy"
         " constraint: Member must have length less than or equal to 512"),
        ("logs", "PutLogEvents", {"logGroupName": "/a", "logStreamName": "s", "logEvents": []},
         "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint:"
         " Member must have length greater than or equal to 1"),
        ("logs", "DescribeLogGroups", {"limit": 51},
         "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint:"
         " Member must have value less than or equal to 50"),
        ("logs", "CreateLogGroup", {},
         "1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint:"
         " Member must not be null"),
        ("ssm", "GetParameters", {"Names": list("abcdefghijk")},
         "1 validation error detected: Value '[a, b, c, d, e, f, g, h, i, j, k]' at 'names' failed"
         " to satisfy constraint: Member must have length less than or equal to 10"),
        ("ssm", "PutParameter", {"Name": "", "Value": "x", "Tags": [{"Key": "", "Value": "v"}]},
         "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member"
         " must have length greater than or equal to 1; Value '' at 'tags.1.member.key' failed to"
         " satisfy constraint: Member must have length greater than or equal to 1"),
        ("secretsmanager", "CreateSecret", {"Name": "a", "SecretString": "x" * 65_537},
         "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member"
         " must have length less than or equal to 65536"),
        ("cognito-idp", "CreateUserPool", {"PoolName": "a" * 129},
         f"1 validation error detected: Value '{'a' * 129}' at 'poolName' failed to satisfy"
         " constraint: Member must have length less than or equal to 128"),
        ("iam", "CreateRole", {"RoleName": "x" * 65, "AssumeRolePolicyDocument": "{}"},
         f"1 validation error detected: Value '{'x' * 65}' at 'roleName' failed to satisfy"
         " constraint: Member must have length less than or equal to 64"),
        ("iam", "CreateUser", {"UserName": "in two words"}, ""),  # IAM says that in other words
    ],
)  # fmt: skip
def test_what_a_request_breaks_is_named(
    service: str, operation: str, request_: dict[str, Any], expected: str
) -> None:
    assert message(service, operation, **request_) == expected


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/a-b_c.d#1", "tags": None}),
        ("logs", "PutMetricFilter",
         {"logGroupName": "/a", "filterName": "f", "filterPattern": "", "metricTransformations": [
             {"metricName": "m", "metricNamespace": "a:b", "metricValue": "1"}]}),
        ("logs", "GetLogEvents", {"logGroupName": "/a", "logStreamName": "states/arn:aws:x"}),
        ("dynamodb", "GetItem", {}),
        ("kms", "CreateKey", {"KeyUsage": "NONE"}),
        ("ssm", "PutParameter", {"Name": "/a", "Value": "x", "Type": "none"}),
    ],
)  # fmt: skip
def test_what_breaks_nothing_passes(service: str, operation: str, request_: dict[str, Any]) -> None:
    assert message(service, operation, **request_) == ""
