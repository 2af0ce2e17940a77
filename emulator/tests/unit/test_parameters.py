"""Parameter Store: policies, patterns, and in which account KMS encrypts."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.ssm import parameters, secure_strings

EXPIRATION = json.dumps([{"Type": "Expiration", "Version": "1.0"}])


@pytest.mark.parametrize(("text", "stored"), [(EXPIRATION, EXPIRATION), ("[{}]", ""), ("[]", "[]")])
def test_policies_are_stored_as_they_are_and_an_empty_one_removes_all(
    text: str, stored: str
) -> None:
    assert parameters.policies_of(text) == stored


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x", "InvalidPolicyAttributeException"),
        ("[" * 100_000, "InvalidPolicyAttributeException"),
        ('{"Type": "Expiration"}', "InvalidPolicyAttributeException"),
        ("[1]", "InvalidPolicyAttributeException"),
        ('[{"Version": "1.0"}]', "InvalidPolicyTypeException"),
        ('[{"Type": "Other"}]', "InvalidPolicyTypeException"),
        ('[{"Type": []}]', "InvalidPolicyTypeException"),
    ],
)
def test_policies_that_could_not_be_described_are_refused(text: str, code: str) -> None:
    with pytest.raises(CommonServiceException) as refused:
        parameters.policies_of(text)
    assert refused.value.code == code


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(CommonServiceException) as refused:
        parameters.check_pattern(pattern, "a")
    assert refused.value.code == "InvalidAllowedPatternException"


def test_the_key_is_one_of_the_parameter_s_account_and_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def connect_to(**options: Any) -> Any:
        asked.append(options)
        answers = {"encrypt": {"CiphertextBlob": b"c"}, "decrypt": {"Plaintext": b"text"}}
        calls = {name: lambda answer=answer, **_: answer for name, answer in answers.items()}
        return SimpleNamespace(kms=SimpleNamespace(**calls))

    monkeypatch.setattr(secure_strings, "connect_to", connect_to)
    arn = "arn:aws:ssm:eu-west-1:111111111111:parameter/a"
    stored = secure_strings.encrypt("alias/aws/ssm", arn, "text")
    assert secure_strings.decrypt(arn, stored) == "text"
    assert asked == [{"aws_access_key_id": "111111111111", "region_name": "eu-west-1"}] * 2
