"""Parameter Store: what it refuses, and SecureStrings that KMS encrypts."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest

from tests.integration.conftest import REGION, Cloud
from tests.integration.test_permissions import arn, refusal
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for

TEXT = "s3cret"
LONG = "x" * 4097
TOO_LONG = "x" * 8193


@pytest.fixture
def ssm(cloud: Cloud) -> Any:
    return cloud.client("ssm")


@pytest.fixture
def path() -> str:
    return f"/probe-{uuid.uuid4().hex[:8]}"


def put(ssm: Any, name: str, value: str = "x", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ssm.put_parameter(Name=name, Value=value, **{"Type": "String", **more})
    return answer


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("/with a space", "ValidationException", "the following 3 symbols .-_"),
        ("/somebody@example.com", "ValidationException", "the following 3 symbols .-_"),
        ("relative/path", "ValidationException", "must be a fully qualified name."),
        ("/a" * 16, "HierarchyLevelLimitExceededException", "a maximum of 15 levels"),
        ("/aws/mine", "AccessDeniedException", "No access to reserved parameter name: /aws/mine."),
        ("/SSM/mine", "ValidationException", 'can\'t be prefixed with "ssm"'),
    ],
)
def test_a_name_is_refused(ssm: Any, name: str, code: str, words: str) -> None:
    found, message, _ = refusal(ssm.put_parameter, Name=name, Value="x", Type="String")
    assert (found, words in message) == (code, True), message


@pytest.mark.parametrize(
    ("value", "settings", "code", "words"),
    [
        (LONG, {}, "ValidationException", "Standard tier parameters support a maximum parameter"),
        (TOO_LONG, {"Tier": "Advanced"}, "ValidationException", "value of 8192 characters."),
        (TOO_LONG, {"Tier": "Intelligent-Tiering"}, "ValidationException", "of 8192 characters."),
        ("12345", {"AllowedPattern": r"\d{1,4}"}, "ParameterPatternMismatchException",
         r"Parameter value, cannot be validated against allowedPattern: \d{1,4}"),
        ("1", {"AllowedPattern": "("}, "InvalidAllowedPatternException", "regular expression"),
        ("x", {"Description": "x" * 1025}, "ValidationException", "1 validation error"),
        ("x", {"Type": "SecureString", "KeyId": "alias/nobodys"}, "InvalidKeyId",
         "(Service: AWSKMS; Status Code: 400; Error Code: NotFoundException; Request ID: "),
    ],
)  # fmt: skip
def test_a_value_is_refused_and_nothing_stored(
    ssm: Any, path: str, value: str, settings: dict[str, Any], code: str, words: str
) -> None:
    asked = {"Name": f"{path}/a", "Value": value, "Type": "String", **settings}
    found, message, _ = refusal(ssm.put_parameter, **asked)
    assert (found, words in message) == (code, True), message
    assert refusal(ssm.get_parameter, Name=asked["Name"])[0] == "ParameterNotFound"


def test_a_tier_is_chosen_and_has_no_way_back(ssm: Any, path: str) -> None:
    tier = "Intelligent-Tiering"
    assert put(ssm, f"{path}/small", Tier=tier)["Tier"] == "Standard"
    assert put(ssm, f"{path}/large", LONG, Tier=tier)["Tier"] == "Advanced"
    asked = {"Name": f"{path}/large", "Value": "x", "Tier": "Standard", "Overwrite": True}
    code, message, _ = refusal(ssm.put_parameter, **asked)
    assert code == "ValidationException"
    assert "You can't downgrade a parameter from the advanced-parameter tier" in message
    assert put(ssm, f"{path}/large", Overwrite=True, Tier=tier)["Tier"] == "Advanced"


def test_a_pattern_counts_for_later_versions_too(ssm: Any, path: str) -> None:
    put(ssm, f"{path}/a", "1", AllowedPattern=r"\d+")
    later = {"Name": f"{path}/a", "Value": "x", "Overwrite": True}
    assert refusal(ssm.put_parameter, **later)[0] == "ParameterPatternMismatchException"


def test_a_secure_string_is_readable_only_when_it_is_decrypted(ssm: Any, path: str) -> None:
    name = f"{path}/secret"
    put(ssm, name, TEXT, Type="SecureString")
    put(ssm, name, "later", Type="SecureString", Overwrite=True)
    for decrypt in (False, True):
        one = ssm.get_parameter(Name=f"{name}:1", WithDecryption=decrypt)["Parameter"]
        several = ssm.get_parameters(Names=[f"{name}:1"], WithDecryption=decrypt)["Parameters"]
        below = ssm.get_parameters_by_path(Path=path, WithDecryption=decrypt)["Parameters"]
        history = ssm.get_parameter_history(Name=name, WithDecryption=decrypt)["Parameters"]
        assert (one["Selector"], several[0]["Selector"]) == (":1", ":1")
        found = [one, *several, history[0]]
        assert {each["Value"] == TEXT for each in found} == {decrypt}
        assert {"later" in each["Value"] for each in (*below, history[1])} == {decrypt}
        assert decrypt or TEXT not in json.dumps(found, default=str)


def test_each_account_has_keys_of_its_own(cloud: Cloud, path: str) -> None:
    session = boto3.Session("111122223333", "test", region_name=REGION)
    kms, ssm = (session.client(one, endpoint_url=cloud.endpoint) for one in ("kms", "ssm"))
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    for chosen in ({}, {"KeyId": key}, {"KeyId": f"arn:aws:kms:{REGION}:111122223333:key/{key}"}):
        put(ssm, f"{path}/a", TEXT, Type="SecureString", Overwrite=True, **chosen)
        found = ssm.get_parameter(Name=f"{path}/a", WithDecryption=True)["Parameter"]
        assert found["Value"] == TEXT


def test_a_key_that_is_disabled_keeps_its_parameters(cloud: Cloud, path: str) -> None:
    kms, ssm = cloud.client("kms"), cloud.client("ssm")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    put(ssm, f"{path}/a", TEXT, Type="SecureString", KeyId=key)
    kms.disable_key(KeyId=key)
    code, message, _ = refusal(ssm.get_parameter, Name=f"{path}/a", WithDecryption=True)
    assert code == "InvalidKeyId"
    assert f"{key} is disabled. (Service: AWSKMS; Status Code: 400;" in message
    kms.enable_key(KeyId=key)
    found = ssm.get_parameter(Name=f"{path}/a", WithDecryption=True)["Parameter"]
    assert found["Value"] == TEXT


@pytest.mark.parametrize("path", ["relative", "relative/path", "/with a space"])
def test_a_path_is_refused(ssm: Any, path: str) -> None:
    code, message, _ = refusal(ssm.get_parameters_by_path, Path=path)
    assert code == "ValidationException"
    assert message.startswith("The parameter doesn't meet the parameter name requirements.")


def test_descriptions_come_in_pages_of_the_length_that_was_asked_for(ssm: Any, path: str) -> None:
    names = [f"{path}/{number:02}" for number in range(12)]
    for name in names:
        put(ssm, name)
    chosen = [{"Key": "Path", "Option": "Recursive", "Values": [path]}]
    pages = [
        [one["Name"] for one in page["Parameters"]]
        for page in ssm.get_paginator("describe_parameters").paginate(
            ParameterFilters=chosen, PaginationConfig={"PageSize": 5}
        )
    ]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert [name for page in pages for name in page] == names
    found = ssm.describe_parameters(ParameterFilters=chosen, MaxResults=50)["Parameters"]
    assert found[0]["ARN"] == arn("ssm", f"parameter{names[0]}")
    assert len(found) == len(names)


def test_policies_are_stored_and_wait(ssm: Any, path: str) -> None:
    time = {"Timestamp": "2020-01-01T00:00:00.000Z"}
    policy = {"Type": "Expiration", "Version": "1.0", "Attributes": time}
    put(ssm, f"{path}/a", Tier="Advanced", Policies=json.dumps([policy]))
    chosen = [{"Key": "Name", "Values": [f"{path}/a"]}]
    described = ssm.describe_parameters(ParameterFilters=chosen)["Parameters"][0]["Policies"]
    history = ssm.get_parameter_history(Name=f"{path}/a")["Parameters"][0]["Policies"]
    assert described == history
    assert json.loads(described[0].pop("PolicyText")) == policy
    assert described == [{"PolicyType": "Expiration", "PolicyStatus": "Pending"}]


def test_each_change_is_an_event_after_it_was_made(cloud: Cloud, path: str) -> None:
    queue, events, ssm = Queue(cloud), cloud.client("events"), cloud.client("ssm")
    rule = path.strip("/")
    pattern = {"source": ["aws.ssm"], "detail": {"name": [{"prefix": path}]}}
    rule_arn = events.put_rule(Name=rule, EventPattern=json.dumps(pattern))["RuleArn"]
    queue.trust("events", rule_arn)
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": queue.arn}])
    name = f"{path}/a"
    put(ssm, name, Description="a probe")
    put(ssm, name, Overwrite=True)
    ssm.label_parameter_version(Name=name, Labels=["live"])
    ssm.delete_parameter(Name=name)
    refusal(ssm.delete_parameter, Name=name)
    received: list[dict[str, Any]] = []

    def operations() -> list[str]:
        answer = queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
        received.extend(json.loads(one["Body"]) for one in answer.get("Messages", []))
        return sorted(one["detail"]["operation"] for one in received)

    wait_for(lambda: len(operations()) == 4, "events are missing")
    assert operations() == ["Create", "Delete", "LabelParameterVersion", "Update"]
    created = {"operation": "Create", "name": name, "type": "String", "description": "a probe"}
    assert created in [one["detail"] for one in received]
    assert {one["resources"][0] for one in received} == {
        f"arn:aws:ssm:{REGION}:000000000000:parameter{name}"
    }


def test_names_are_told_as_they_were_asked_for(ssm: Any, path: str) -> None:
    put(ssm, path)
    answer = ssm.get_parameters(Names=[path, f"{path}-gone", "/gone", "gone-too"])
    assert [found["Name"] for found in answer["Parameters"]] == [path]
    assert sorted(answer["InvalidParameters"]) == sorted([f"{path}-gone", "/gone", "gone-too"])
