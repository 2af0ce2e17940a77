"""Which of LocalStack's handlers a request passes: all that are not listed with a reason."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws import handlers
from localstack.aws.app import LocalstackAwsGateway
from localstack.services.s3.cors import S3CorsHandler
from rolo import Request
from werkzeug.datastructures import Headers

from localstack_host.gateway import named_operations, short_chains

# All handlers of LocalStack's chain that these requests pass. A handler that is new in LocalStack
# is passed, too; it comes here, or into one of the lists with the reason why it need not be.
PASSED = {
    "add_internal_request_params",
    "handle_runtime_shutdown",
    "parse_service_name",
    "inject_auth_header_if_missing",
    "add_region_from_header",
    "rewrite_region",
    "add_account_id",
    "parse_trace_context",
    "parse_service_request",
    "serve_custom_service_request_handlers",
    "ServiceLoader",
    "ServiceRequestRouter",
    "EmptyResponseHandler",
    "modify_service_response",
    "parse_service_response",
    "run_custom_response_handlers",
    "log_response",
    "run_custom_finalizers",
}
PASSED_BY_CALLS = {
    "handle_runtime_shutdown",
    "parse_trace_context",
    "serve_custom_service_request_handlers",
    "ServiceLoader",
    "modify_service_response",
    "run_custom_response_handlers",
    "run_custom_finalizers",
}
SCOPE = "test/20261127/us-east-2/dynamodb/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
USUAL = {
    "Host": "localhost:4566",
    "X-Amz-Target": "DynamoDB_20120810.GetItem",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20261127T120000Z",
    "Authorization": SIGNED,
    "User-Agent": "Boto3",
    "amz-sdk-request": "attempt=1",
    "Content-Length": "2",
}


@pytest.fixture(scope="module")
def gateway() -> Any:
    return LocalstackAwsGateway()


def names(chain: short_chains.Chain) -> list[str]:
    parts = (chain.requests, chain.responses, chain.finalizers)
    return [short_chains.name_of(handler) for part in parts for handler in part]


@pytest.mark.parametrize(
    ("left_out", "passed"),
    [
        (short_chains.FOR_NAMED_OPERATIONS, PASSED),
        (short_chains.FOR_INTERNAL_CALLS, PASSED_BY_CALLS),
    ],
    ids=["operations", "calls"],
)
def test_every_handler_is_passed_or_left_out_for_a_reason(
    gateway: Any, left_out: dict[str, str], passed: set[str]
) -> None:
    whole = names(short_chains.chain(gateway, {}))
    assert set(whole) == passed | left_out.keys()
    assert passed.isdisjoint(left_out)
    assert all(left_out.values())
    assert names(short_chains.chain(gateway, left_out)) == [n for n in whole if n in passed]


def test_a_handler_that_is_added_later_is_passed(gateway: Any) -> None:
    def check(*_arguments: object) -> None: ...

    before = short_chains.number_of_handlers(gateway)
    gateway.request_handlers.insert(0, check)
    try:
        assert short_chains.number_of_handlers(gateway) != before
        chain = short_chains.chain(gateway, short_chains.FOR_INTERNAL_CALLS)
        assert chain.requests[0] is check
        assert chain.exceptions == gateway.exception_handlers
    finally:
        gateway.request_handlers.remove(check)


def test_the_handlers_before_all_others_are_passed_unless_they_are_s3s(gateway: Any) -> None:
    first, left_out = handlers.preprocess_request, short_chains.FOR_NAMED_OPERATIONS
    before = short_chains.number_of_handlers(gateway)
    s3 = S3CorsHandler(None)
    first.append(s3)
    try:
        assert first not in short_chains.chain(gateway, left_out).requests
        first.append(print)
        assert first in short_chains.chain(gateway, left_out).requests
        assert short_chains.number_of_handlers(gateway) != before
    finally:
        first.handlers.clear()


def request(headers: list[tuple[str, str]], **changed: str) -> Any:
    made = Request("POST", "/", query_string=changed.pop("query", ""))
    made.headers = Headers(headers)
    made.environ |= {"RAW_URI": "/"} | changed
    return made


def test_a_request_of_an_sdk_is_usual() -> None:
    key = named_operations.key_of(request(list(USUAL.items())))
    assert key == (USUAL["X-Amz-Target"], SCOPE, USUAL["Content-Type"], USUAL["Host"])


INVOKED = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-2%3A000000000000%3Afunction%3Af"
OF_LAMBDA = {
    "Host": "localhost",
    "X-Amz-Date": "20261127T120000Z",
    "Authorization": SIGNED.replace("/dynamodb/", "/lambda/"),
    "X-Amz-Invocation-Type": "Event",
}


@pytest.mark.parametrize("name", [f"{INVOKED}/invocations", "/2015-03-31/functions/f/invocations"])
@pytest.mark.parametrize("query", ["", "?Qualifier=live", "?Qualifier=%24LATEST"])
def test_an_invocation_is_usual(name: str, query: str) -> None:
    key = named_operations.key_of(request(list(OF_LAMBDA.items()), RAW_URI=name + query))
    assert key == ("/2015-03-31/functions/", SCOPE.replace("dynamodb", "lambda"), "", "localhost")


@pytest.mark.parametrize(
    "uri",
    [
        f"{INVOKED}/invocations?X-Amz-Signature=0",
        f"{INVOKED}/invocations?Qualifier=a&Qualifier=b",
        f"{INVOKED}/invocations/",
        f"{INVOKED}/../../x/invocations",
        f"{INVOKED}/invoke-async",
        f"/{INVOKED}/invocations",
        "/2015-03-31/functions",
        "/",
    ],
)
def test_another_path_of_lambda_passes_the_whole_chain(uri: str) -> None:
    assert named_operations.key_of(request(list(OF_LAMBDA.items()), RAW_URI=uri)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"Authorization": SIGNED},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"X-Amz-Target": "a.b"},
    ],
    ids=str,
)
def test_an_invocation_with_another_header_is_unusual(changed: dict[str, str]) -> None:
    headers = list((OF_LAMBDA | changed).items())
    assert named_operations.key_of(request(headers, RAW_URI=f"{INVOKED}/invocations")) is None


@pytest.mark.parametrize("missing", ["Host", "X-Amz-Target", "Content-Type", "X-Amz-Date"])
def test_a_request_without_a_header_that_sdks_send_passes_the_whole_chain(missing: str) -> None:
    headers = [(name, value) for name, value in USUAL.items() if name != missing]
    assert named_operations.key_of(request(headers)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Origin", "http://localhost:4566"),
        ("Referer", "http://localhost:4566"),
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("Smithy-Protocol", "rpc-v2-cbor"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("x-localstack-data", "{}"),
        ("x-moto-account-id", "111111111111"),
        ("authorization", SIGNED),
        ("x-amz-target", "DynamoDB_20120810.PutItem"),
    ],
)
def test_a_header_that_sdks_do_not_send_or_send_once_makes_a_request_unusual(
    name: str, value: str
) -> None:
    assert named_operations.key_of(request([*USUAL.items(), (name, value)])) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "attacker.example"),
        ("Host", "b.s3.localhost.localstack.cloud:4566"),
        ("Host", "x.lambda-url.us-east-2.localhost.localstack.cloud"),
        ("X-Amz-Target", "GetItem"),
        ("X-Amz-Target", "a.b.c"),
        ("Content-Type", "application/x-amz-json-1.0; charset=utf-8"),
        ("Content-Type", "application/x-amz-cbor-1.1"),
        ("Authorization", ""),
        ("Authorization", "AWS test:signature"),
        ("Authorization", f"{SIGNED}, Signature={'1' * 64}"),
        ("Authorization", SIGNED.replace(", ", ",")),
        ("Authorization", SIGNED.replace("/dynamodb/", "/s3/")),
        ("Authorization", SIGNED.replace("/aws4_request", "")),
        ("Authorization", SIGNED.replace("Credential=test", "Credential=te st")),
        ("Authorization", SIGNED.replace("HMAC-SHA256", "ECDSA-P256-SHA256")),
    ],
)
def test_another_form_of_a_header_makes_a_request_unusual(name: str, value: str) -> None:
    assert named_operations.key_of(request(list((USUAL | {name: value}).items()))) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"REQUEST_METHOD": "GET"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"RAW_URI": "//"},
        {"RAW_URI": "/?X-Amz-Signature=0"},
        {"RAW_URI": "/_localstack/health"},
        {"RAW_URI": "/000000000000/queue"},
    ],
    ids=str,
)
def test_another_method_or_target_makes_a_request_unusual(changed: dict[str, str]) -> None:
    assert named_operations.key_of(request(list(USUAL.items()), **changed)) is None


def test_so_many_identities_are_remembered(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_operations, "REMEMBERED", 3)
    operations = named_operations.NamedOperations(gateway)
    for number in range(10):
        operations._remember((str(number), SCOPE, "", ""), context())
        assert 1 <= len(operations._identities) <= 3


@pytest.mark.parametrize(
    "changed",
    [
        {"service_response": None},
        {"protocol": "rest-xml"},
        {"request": SimpleNamespace(headers={"Authorization": SIGNED.replace("us-east-2", "x")})},
    ],
    ids=["refused", "another protocol", "another region"],
)
def test_an_identity_is_remembered_only_if_nothing_was_unusual(
    gateway: Any, changed: dict[str, Any]
) -> None:
    operations = named_operations.NamedOperations(gateway)
    operations._remember(("target", SCOPE, "", ""), context(**changed))
    assert operations._identities == {}


def context(**changed: Any) -> Any:
    usual = dict.fromkeys(("service", "region", "partition", "account_id"))
    answered = {"protocol": "json", "service_response": {}}
    signed = SimpleNamespace(headers={"Authorization": SIGNED})
    return SimpleNamespace(**(usual | answered | {"request": signed} | changed))
