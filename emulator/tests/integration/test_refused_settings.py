"""Settings of S3, Logs, Parameter Store and CloudWatch that AWS does not store."""

from __future__ import annotations

import math
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import refusal


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    name = f"refused-{uuid.uuid4().hex[:8]}"
    place = {"LocationConstraint": "us-east-2"}
    cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return name


def lifecycle(**actions: Any) -> dict[str, Any]:
    rule = {"ID": "rule", "Status": "Enabled", "Filter": {"Prefix": ""}} | actions
    return {"LifecycleConfiguration": {"Rules": [rule]}}


INFREQUENT = "must be greater than or equal to 30 for storageClass 'STANDARD_IA'"


def test_a_lifecycle_rule_has_an_action_which_is_not_too_early(cloud: Cloud, bucket: str) -> None:
    put = cloud.client("s3").put_bucket_lifecycle_configuration
    nothing = "At least one action needs to be specified in a rule."
    assert refusal(put, Bucket=bucket, **lifecycle()) == ("InvalidRequest", nothing, 400)
    for member, days, action in (
        ("Transitions", "Days", "Transition"),
        ("NoncurrentVersionTransitions", "NoncurrentDays", "NoncurrentVersionTransition"),
    ):
        early, late = (
            lifecycle(**{member: [{days: number, "StorageClass": "STANDARD_IA"}]})
            for number in (29, 30)
        )
        message = f"'{days}' in {action} action {INFREQUENT}"
        assert refusal(put, Bucket=bucket, **early) == ("InvalidArgument", message, 400)
        put(Bucket=bucket, **late)
    put(Bucket=bucket, **lifecycle(Transitions=[{"Days": 1, "StorageClass": "GLACIER"}]))
    put(Bucket=bucket, **lifecycle(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}))


@pytest.mark.parametrize(
    ("operation", "member", "shown"),
    [
        ("list_objects", "MaxKeys", "maxKeys"),
        ("list_objects_v2", "MaxKeys", "maxKeys"),
        ("list_object_versions", "MaxKeys", "maxKeys"),
        ("list_multipart_uploads", "MaxUploads", "max-uploads"),
    ],
)
def test_a_page_has_no_negative_size(
    cloud: Cloud, bucket: str, operation: str, member: str, shown: str
) -> None:
    call = getattr(cloud.client("s3"), operation)
    message = f"Argument {shown} must be an integer between 0 and 2147483647"
    refused = refusal(call, Bucket=bucket, **{member: -1})
    assert refused == ("InvalidArgument", message, 400)
    call(Bucket=bucket, **{member: 0})


def test_an_object_is_deleted_only_if_it_is_the_expected_one(cloud: Cloud, bucket: str) -> None:
    s3, key = cloud.client("s3"), {"Bucket": bucket, "Key": "a"}
    tag = s3.put_object(**key, Body=b"1")["ETag"]
    failed = "At least one of the pre-conditions you specified did not hold"
    refused = refusal(s3.delete_object, **key, IfMatch='"other"')
    assert refused == ("PreconditionFailed", failed, 412)
    s3.delete_object(**key, IfMatch=tag)
    assert refusal(s3.delete_object, **key, IfMatch="*")[::2] == ("NoSuchKey", 404)
    s3.put_object(**key, Body=b"2")
    s3.delete_object(**key, IfMatch="*")
    tags = {name: s3.put_object(Bucket=bucket, Key=name, Body=b"3")["ETag"] for name in "abc"}
    objects = [{"Key": "a", "ETag": tag}, {"Key": "b", "ETag": tags["b"]}, {"Key": "c"}]
    result = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert [one["Key"] for one in result["Deleted"]] == ["b", "c"]
    assert result["Errors"] == [{"Key": "a", "Code": "PreconditionFailed", "Message": failed}]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(**key)
    assert refusal(s3.delete_object, **key, IfMatch="*")[0] == "PreconditionFailed"


def test_a_metric_with_dimensions_has_no_default_value(cloud: Cloud) -> None:
    logs, group = cloud.client("logs"), f"refused-{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=group)
    metric = {"metricName": "m", "metricNamespace": "n", "metricValue": "1", "defaultValue": 0.0}
    named = {"logGroupName": group, "filterName": "f", "filterPattern": "{ $.a = 1 }"}
    both = metric | {"dimensions": {"a": "$.a"}}
    refused = refusal(logs.put_metric_filter, **named, metricTransformations=[both])
    assert refused[0] == "InvalidParameterException"
    assert refused[1] == (
        "Invalid metric transformation: dimensions and default value are mutually exclusive"
        " properties."
    )
    logs.put_metric_filter(**named, metricTransformations=[metric])


@pytest.mark.parametrize("value", ["{{ssm:a}}", "before {{ name }} after"])
def test_a_parameter_refers_to_no_other(cloud: Cloud, value: str) -> None:
    ssm, name = cloud.client("ssm"), f"refused-{uuid.uuid4().hex[:8]}"
    refused = refusal(ssm.put_parameter, Name=name, Type="String", Value=value)
    assert refused == (
        "ValidationException",
        'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.',
        400,
    )
    ssm.put_parameter(Name=name, Type="String", Value='{"a": {"b": {}}}')


@pytest.mark.parametrize(
    ("datum", "message"),
    [
        ({"Value": math.nan}, "The value NaN for parameter MetricData.member.1.Value is invalid."),
        ({"Values": [1.0, math.inf]}, "MetricData.member.1.Values.member.2 is invalid."),
        ({"Value": 1, "Dimensions": [{"Name": f"n{n}", "Value": "v"} for n in range(31)]},
         "The collection MetricData.member.1.Dimensions must not have a size greater than 30."),
    ],
)  # fmt: skip
def test_what_is_no_data_point_is_refused(
    cloud: Cloud, datum: dict[str, Any], message: str
) -> None:
    data = [{"MetricName": "m", **datum}]
    put = cloud.client("cloudwatch").put_metric_data
    code, said, _ = refusal(put, Namespace="refused", MetricData=data)
    assert code == "InvalidParameterValue"
    assert said.endswith(message)


def test_an_alarm_has_one_statistic_and_not_more_data_points_than_periods(cloud: Cloud) -> None:
    put, name = cloud.client("cloudwatch").put_metric_alarm, f"refused-{uuid.uuid4().hex[:8]}"
    alarm = {"AlarmName": name, "MetricName": "m", "Namespace": "n", "Period": 60, "Threshold": 1,
             "EvaluationPeriods": 2, "ComparisonOperator": "GreaterThanThreshold"}  # fmt: skip
    for wrong in (
        {"Statistic": "Sum", "ExtendedStatistic": "p99"},
        {"Statistic": "Sum", "DatapointsToAlarm": 3},
    ):
        with pytest.raises(ClientError, match="ValidationError"):
            put(**alarm, **wrong)
    put(**alarm, Statistic="Sum", DatapointsToAlarm=2)
