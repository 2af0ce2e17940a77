"""Tags, time to live, point-in-time recovery, and what is not there."""

import json
from typing import Any

import pytest

Client = Any


def test_tags_are_put_changed_listed_and_removed(client: Client) -> None:
    client.table("orders", Tags=[{"Key": "team", "Value": "shop"}])
    arn = client("DescribeTable", TableName="orders")["Table"]["TableArn"]
    client(
        "TagResource",
        ResourceArn=arn,
        Tags=[{"Key": "team", "Value": "web"}, {"Key": "cost", "Value": ""}],
    )
    assert client("ListTagsOfResource", ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "web"},
        {"Key": "cost", "Value": ""},
    ]
    client("UntagResource", ResourceArn=arn, TagKeys=["team", "none"])
    assert client("ListTagsOfResource", ResourceArn=arn)["Tags"] == [{"Key": "cost", "Value": ""}]
    many = [{"Key": f"key{n}", "Value": "v"} for n in range(49)]
    client("TagResource", ResourceArn=arn, Tags=many)
    seen, more = [], {}
    while True:
        page = client("ListTagsOfResource", ResourceArn=arn, **more)
        seen += page["Tags"]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    assert len(seen) == 50
    refused = client.refusal("TagResource", ResourceArn=arn, Tags=[{"Key": "x", "Value": "y"}])
    assert "Too many tags" in refused.message


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource", "ListTagsOfResource"])
def test_tags_belong_to_tables_that_are_there(client: Client, operation: str) -> None:
    more = {"Tags": [{"Key": "a", "Value": "b"}], "TagKeys": ["a"]}
    refused = client.refusal(operation, ResourceArn="orders", **more)
    assert refused.code == "ValidationException"
    arn = f"arn:aws:dynamodb:eu-west-1:{client.account}:table/nowhere"
    refused = client.refusal(operation, ResourceArn=arn, **more)
    assert refused.code == (
        "AccessDeniedException"
        if operation == "ListTagsOfResource"
        else "ResourceNotFoundException"
    )


def test_a_change_of_tags_is_answered_without_a_body(client: Client) -> None:
    client.table("orders")
    arn = client("DescribeTable", TableName="orders")["Table"]["TableArn"]
    for operation, more in (
        ("TagResource", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("UntagResource", {"TagKeys": ["a"]}),
    ):
        body = json.dumps({"ResourceArn": arn, **more}).encode()
        answer = client.engine.handle(operation, body, client.account, "eu-west-1")
        assert (answer.status, answer.body) == (200, b"")


def test_time_to_live_is_switched_once(client: Client) -> None:
    client.table("orders")
    on = {"Enabled": True, "AttributeName": "expires"}
    off = {"Enabled": False, "AttributeName": "expires"}
    call = {"TableName": "orders"}
    described = client("DescribeTimeToLive", **call)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
    refused = client.refusal("UpdateTimeToLive", **call, TimeToLiveSpecification=off)
    assert refused.message == "TimeToLive is already disabled"
    answer = client("UpdateTimeToLive", **call, TimeToLiveSpecification=on)
    assert answer == {"TimeToLiveSpecification": on}
    described = client("DescribeTimeToLive", **call)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    refused = client.refusal("UpdateTimeToLive", **call, TimeToLiveSpecification=on)
    assert refused.message == "TimeToLive is already enabled"
    client("UpdateTimeToLive", **call, TimeToLiveSpecification=off)


def test_point_in_time_recovery_says_to_which_moments(client: Client, clock: Any) -> None:
    client.table("orders")
    described = client("DescribeContinuousBackups", TableName="orders")
    assert described["ContinuousBackupsDescription"] == {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }
    client(
        "UpdateContinuousBackups",
        TableName="orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    clock.now += 60
    described = client("DescribeContinuousBackups", TableName="orders")
    assert described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"] == {
        "PointInTimeRecoveryStatus": "ENABLED",
        "RecoveryPeriodInDays": 35,
        "EarliestRestorableDateTime": clock.now - 60,
        "LatestRestorableDateTime": clock.now,
    }
    refused = client.refusal("DescribeContinuousBackups", TableName="nowhere")
    assert (refused.code, refused.message) == ("TableNotFoundException", "Table not found: nowhere")


def test_what_is_not_there_says_so(client: Client) -> None:
    client.table("orders")
    stream = "arn:aws:kinesis:eu-west-1:111111111111:stream/s"
    for operation in ("Enable", "Disable"):
        refused = client.refusal(
            f"{operation}KinesisStreamingDestination", TableName="orders", StreamArn=stream
        )
        assert "nothing to Kinesis" in refused.message
    assert client("DescribeKinesisStreamingDestination", TableName="orders") == {
        "TableName": "orders",
        "KinesisDataStreamDestinations": [],
    }
    assert client("DescribeContributorInsights", TableName="orders") == {
        "TableName": "orders",
        "ContributorInsightsStatus": "DISABLED",
    }
    assert client.refusal("GetResourcePolicy", ResourceArn="x").code == "PolicyNotFoundException"
    assert client("DescribeLimits")["TableMaxReadCapacityUnits"] == 40_000
    assert client("DescribeEndpoints")["Endpoints"][0]["CachePeriodInMinutes"] == 1440


def policy(effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_policy_is_put_changed_and_deleted_by_its_revision(client: Client) -> None:
    client.table("orders")
    arn = client("DescribeTable", TableName="orders")["Table"]["TableArn"]
    refused = client.refusal("GetResourcePolicy", ResourceArn=arn)
    assert refused.code == "PolicyNotFoundException"
    assert client("DeleteResourcePolicy", ResourceArn=arn) == {}

    put = {"ResourceArn": arn, "Policy": policy()}
    first = client("PutResourcePolicy", **put, ExpectedRevisionId="NO_POLICY")["RevisionId"]
    assert client("GetResourcePolicy", ResourceArn=arn) == {
        "Policy": policy(),
        "RevisionId": first,
    }
    assert client("PutResourcePolicy", **put)["RevisionId"] == first, "the same policy"
    for expected in ("NO_POLICY", "1"):
        refused = client.refusal("PutResourcePolicy", **put, ExpectedRevisionId=expected)
        assert refused.code == "PolicyNotFoundException"
    put["Policy"] = policy("Deny")
    second = client("PutResourcePolicy", **put, ExpectedRevisionId=first)["RevisionId"]
    assert second != first

    refused = client.refusal("DeleteResourcePolicy", ResourceArn=arn, ExpectedRevisionId=first)
    assert refused.code == "PolicyNotFoundException"
    assert client("DeleteResourcePolicy", ResourceArn=arn)["RevisionId"] == second
    assert client.refusal("GetResourcePolicy", ResourceArn=arn).code == "PolicyNotFoundException"


def test_a_table_is_made_with_a_policy_and_its_stream_has_one_of_its_own(client: Client) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    client.table("orders", ResourcePolicy=policy(), StreamSpecification=stream)
    table = client("DescribeTable", TableName="orders")["Table"]
    assert client("GetResourcePolicy", ResourceArn=table["TableArn"])["Policy"] == policy()
    named = {"ResourceArn": table["LatestStreamArn"]}
    assert client.refusal("GetResourcePolicy", **named).code == "PolicyNotFoundException"
    client("PutResourcePolicy", **named, Policy=policy("Deny"))
    assert client("GetResourcePolicy", **named)["Policy"] == policy("Deny")
    assert client("GetResourcePolicy", ResourceArn=table["TableArn"])["Policy"] == policy()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}']
)
def test_what_is_no_policy_of_a_resource_is_refused(client: Client, text: str) -> None:
    client.table("orders")
    arn = client("DescribeTable", TableName="orders")["Table"]["TableArn"]
    refused = client.refusal("PutResourcePolicy", ResourceArn=arn, Policy=text)
    assert refused.code == "ValidationException"
    large = policy() + " " * 20_480
    refused = client.refusal("PutResourcePolicy", ResourceArn=arn, Policy=large)
    assert refused.code == "ValidationException"
    refused = client.refusal("PutResourcePolicy", ResourceArn=f"{arn}s", Policy=policy())
    assert refused.code == "ResourceNotFoundException"
