"""Who is signed and who is not, as the emulator reads it from headers, addresses and forms."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localstack.aws.spec import load_service
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from werkzeug.datastructures import Headers, MultiDict

from localstack_host.authentication import anonymous, credentials, gate
from localstack_host.authentication.credentials import Credentials, Incomplete

SCOPE = "20261126/us-east-2/sqs/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 Credential=test/{SCOPE}, SignedHeaders=host, Signature=abc"
DATE = {"X-Amz-Date": "20261126T000000Z"}
QUERY = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": f"test/{SCOPE}",
    "X-Amz-Date": "20261126T000000Z",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "abc",
}
VERSION_2 = {"AWSAccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Signature": "abc"}


def found(header: str = "", values: dict[str, str] | None = None) -> Credentials | None:
    return credentials.of({"Authorization": header, **DATE}, values or {})


@pytest.mark.parametrize("header", ["", "  ", "Basic dGVzdA==", "Bearer abc", "aws4-hmac-sha256 x"])
def test_without_a_signature_of_aws_a_request_has_no_credentials(header: str) -> None:
    assert found(header) is None


@pytest.mark.parametrize("values", [{"AWSAccessKeyId": "test"}, {"Signature": "abc"}, {"X": "y"}])
def test_half_of_an_old_signature_is_none(values: dict[str, str]) -> None:
    assert found(values=values) is None


@pytest.mark.parametrize(
    ("header", "values", "key"),
    [
        (SIGNED, {}, "test"),
        (SIGNED.replace(", ", ","), {}, "test"),
        (SIGNED.replace(", ", " "), {}, "test"),
        ("AWS AKIAIOSFODNN7EXAMPLE:abc=", {}, "AKIAIOSFODNN7EXAMPLE"),
        ("", QUERY, "test"),
        ("Bearer abc", QUERY, "test"),
        ("", VERSION_2, "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_a_signature_names_an_access_key(header: str, values: dict[str, str], key: str) -> None:
    signed = found(header, values)
    assert signed is not None
    assert (signed.access_key, signed.are_known) == (key, True)
    assert extract_access_key_id_from_auth_header({"Authorization": signed.header}) == key


@pytest.mark.parametrize("name", ["Credential", "SignedHeaders", "Signature"])
def test_a_header_without_one_of_its_parts_is_incomplete(name: str) -> None:
    with pytest.raises(Incomplete, match=f"requires '{name}' parameter"):
        found(SIGNED.replace(f"{name}=", "Other="))


def test_a_header_needs_a_date() -> None:
    with pytest.raises(Incomplete, match="either a 'X-Amz-Date' or a 'Date' header"):
        credentials.of({"Authorization": SIGNED}, {})


@pytest.mark.parametrize("name", sorted(set(QUERY)))
def test_a_presigned_url_without_one_of_its_parts_is_incomplete(name: str) -> None:
    with pytest.raises(Incomplete, match=f"must include '{name}'"):
        found(values={key: value for key, value in QUERY.items() if key != name})


@pytest.mark.parametrize("credential", ["test", "test/1/2/3", "test/1/2/3/4/5", "/1/2/3/4", "////"])
def test_a_credential_has_five_parts(credential: str) -> None:
    with pytest.raises(Incomplete, match="exactly 5 slash-delimited"):
        found(SIGNED.replace(f"test/{SCOPE}", credential))


@given(st.text(max_size=80), st.sampled_from(["", "AWS ", "AWS4-HMAC-SHA256 ", SIGNED]))
def test_whatever_a_header_says_it_is_understood_or_incomplete(text: str, start: str) -> None:
    try:
        signed = found(start + text)
    except Incomplete:
        return
    if signed:  # LocalStack, which reads it again, must find the same key
        again = extract_access_key_id_from_auth_header({"Authorization": signed.header})
        assert not signed.are_known or again == signed.access_key


def test_a_second_credential_does_not_hide_behind_the_first() -> None:
    signed = found(f"{SIGNED}, XCredential=111122223333/a/b/c/d")
    assert signed is not None
    assert "111122223333" not in signed.header


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("test", True),
        ("000000000000", True),
        ("AKIAIOSFODNN7EXAMPLE", True),
        ("LSIAQAAAAAAALVJEXGJV", True),
        ("Test", False),
        ("1111222233334", False),
        ("AKIAMINE", False),
        ("nobody", False),
        ("__internal_call__", False),
        ("injectedaccesskey", False),
        ("test\n", False),
    ],
)
def test_an_access_key_is_somebodys_by_its_form(key: str, known: bool) -> None:
    assert Credentials(key, "").are_known is known


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ({"policy": "e30=", "x-amz-credential": f"test/{SCOPE}", "x-amz-signature": "a"}, "test"),
        ({"policy": "e30=", **VERSION_2}, "AKIAIOSFODNN7EXAMPLE"),
        ({"policy": "e30="}, None),
        ({"x-amz-credential": f"test/{SCOPE}", "x-amz-signature": "a"}, None),
        ({"key": "x"}, None),
    ],
)
def test_a_form_is_signed_by_its_policy(form: dict[str, str], key: str | None) -> None:
    signed = credentials.of_form(form)
    assert (signed.access_key if signed else None) == key


@pytest.mark.parametrize(
    ("service", "operation", "is_open"),
    [
        ("sts", "AssumeRoleWithWebIdentity", True),
        ("sts", "AssumeRoleWithSAML", True),
        ("sts", "AssumeRole", False),
        ("sts", "GetCallerIdentity", False),
        ("cognito-idp", "ForgotPassword", True),
        ("lambda", "Invoke", False),
    ],
)
def test_awss_own_descriptions_say_what_needs_no_signature(
    service: str, operation: str, is_open: bool
) -> None:
    described = load_service(service).operation_model(operation)
    assert anonymous.needs_no_signature(described) is is_open


def test_only_services_with_something_for_everybody_look_at_an_unsigned_request() -> None:
    names = ("sts", "s3", "sns", "sqs", "sqs-query", "dynamodb", "lambda", "iam", "cloudformation")
    served = [name for name in names if anonymous.serves_unsigned_requests(load_service(name))]
    assert served == ["sts", "s3", "sns", "sqs", "sqs-query"]


@pytest.mark.parametrize(("operation", "kept"), [(None, False), ("PutItem", True)])
def test_what_localstack_tells_itself_is_read_of_nobody_else(
    operation: str | None, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate.config, "IN_MEMORY_CLIENT", True)
    headers = Headers({"x-localstack-data": "{}", "X-Moto-Account-Id": "1"})
    request = SimpleNamespace(headers=headers, environ={})
    seen: list[Any] = []
    handler = partial(gate.mark_internal_requests, lambda *given: seen.append(given))
    handler(None, None, SimpleNamespace(operation=operation, request=request), None)
    assert [name in headers for name in gate.INTERNAL_HEADERS] == [kept, kept]
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("names", "writes"),
    [
        ([], False),  # the operation is the method's
        (["GetQueueAttributes"], False),
        (["ListTopics", "DescribeAlarms"], False),
        (["CreateQueue"], True),
        (["ListTopics", "CreateTopic"], True),
        (["GetSessionToken"], True),
        (["GetFederationToken"], True),
        (["Getter"], True),
        (["DeleteGetUser"], True),
        ([""], True),
    ],
)
def test_a_presigned_operation_is_a_command_unless_it_only_reads(
    names: list[str], writes: bool
) -> None:
    query = MultiDict([("X-Amz-Signature", "0"), *(("Action", name) for name in names)])
    assert credentials.is_presigned_command(query) is writes
    assert not credentials.is_presigned_command(MultiDict([("Action", name) for name in names]))
