"""A request that nobody signed is nobody's, and is refused."""

from __future__ import annotations

import json
from xml.etree import ElementTree as Xml

import pytest

from tests.integration.conftest import Cloud
from tests.integration.unsigned.raw import (
    ACCOUNT,
    JSON_1_0,
    NAME,
    REFUSED,
    Raw,
    Request,
    signature,
    signed,
)


@pytest.mark.parametrize("refused", REFUSED, ids=[each.name for each in REFUSED])
def test_an_unsigned_operation_is_refused_in_the_words_of_its_protocol(
    raw: Raw, refused: Request
) -> None:
    answer = raw.ask(refused)
    assert (answer.status_code, raw.code(answer)) == (refused.status, refused.code)


def test_nothing_that_was_refused_has_been_done(cloud: Cloud, raw: Raw) -> None:
    for refused in REFUSED:
        raw.ask(refused)
    client = cloud.client
    assert NAME not in client("dynamodb").list_tables()["TableNames"]
    assert not [t for t in client("sns").list_topics()["Topics"] if NAME in t["TopicArn"]]
    assert not client("sqs").list_queues(QueueNamePrefix=NAME).get("QueueUrls")
    assert NAME not in [b["Name"] for b in client("s3").list_buckets()["Buckets"]]
    assert NAME not in [r["RoleName"] for r in client("iam").list_roles()["Roles"]]
    assert NAME not in [r["Name"] for r in client("events").list_rules()["Rules"]]
    assert NAME not in [a["name"] for a in client("apigateway").get_rest_apis()["items"]]
    functions = client("lambda").list_functions()["Functions"]
    assert NAME not in [f["FunctionName"] for f in functions]


WORDS: list[tuple[str, str, str]] = [
    ("another scheme", "Bearer abc.def.ghi", "MissingAuthenticationToken"),
    ("a password", "Basic dGVzdDp0ZXN0", "MissingAuthenticationToken"),
    ("nothing", "", "MissingAuthenticationToken"),
    ("another algorithm", "AWS5-HMAC-SHA256 Credential=a", "IncompleteSignature"),
    ("no pairs", "AWS4-HMAC-SHA256 test", "IncompleteSignature"),
    ("no signature", "AWS4-HMAC-SHA256 Credential=test/1/2/3/aws4_request", "IncompleteSignature"),
    ("half a credential", signed("sts").replace("/us-east-2", ""), "IncompleteSignature"),
    ("no key", signed("", key=""), "IncompleteSignature"),
    ("half of version 2", "AWS test", "IncompleteSignature"),
    ("version 2, which is S3's", "AWS test:abc", "IncompleteSignature"),
]


@pytest.mark.parametrize(("header", "code"), [w[1:] for w in WORDS], ids=[w[0] for w in WORDS])
def test_a_header_that_is_no_signature_is_refused(raw: Raw, header: str, code: str) -> None:
    signature = {"Authorization": header, "X-Amz-Date": "20261126T000000Z"}
    identity = raw.get("/?Action=GetCallerIdentity&Version=2011-06-15", headers=signature)
    assert raw.code(identity) == code
    assert identity.status_code == (400 if code == "IncompleteSignature" else 403)
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": JSON_1_0}
    tables = raw.post("/", headers=signature | target, content="{}")
    assert raw.code(tables) == f"{code}Exception"
    assert tables.status_code == 400


STRANGE = [
    "Action=ConfirmSubscription&Version=2010-03-31",
    "Action=ConfirmSubscription&Version=2010-03-31&TopicArn=a:b:c:d:e:f&Token=x",
    "Action=ConfirmSubscription&Version=2010-03-31&TopicArn=arn:aws:sns:x:y:z&Token=782f",
    "Action=Unsubscribe&Version=2010-03-31&SubscriptionArn=x:::::",
    "Action=Publish&Version=2010-03-31&Message=m&TopicArn=arn:aws:sns:nowhere:0:t",
    "Action=Publish&Version=2010-03-31&Message=m&PhoneNumber=1",
    "Action=AssumeRoleWithSAML&Version=2011-06-15",
    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=x&WebIdentityToken=.e30.",
    "Action=SendMessage&Version=2012-11-05&QueueUrl=http://[&MessageBody=m",
    "Action=SendMessage&Version=2012-11-05&QueueUrl=/queue/nowhere/0/q&MessageBody=m",
    "Action=NoSuchAction&Version=2012-11-05",
]


@pytest.mark.parametrize("asked", STRANGE)
def test_nothing_unsigned_makes_the_emulator_fail(raw: Raw, asked: str) -> None:
    assert 400 <= raw.get(f"/?{asked}").status_code < 500
    assert raw.get(f"/queue/nowhere/{ACCOUNT}/q?{asked}").status_code < 500
    target = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": JSON_1_0}
    for body in ("[]", "null", '{"QueueUrl": 5}', '{"QueueUrl": ["a"], "MessageBody": {}}'):
        assert raw.post("/", headers=target, content=body).status_code < 500


def test_a_signature_for_a_service_that_there_is_not_is_refused(raw: Raw) -> None:
    answer = raw.get("/", headers=signature("nosuch"))
    assert (raw.code(answer), answer.status_code) == ("InvalidSignatureException", 400)


@pytest.mark.parametrize("key", ["nobody", "TEST", "1111222233334", "AKIA", "injectedaccesskey"])
def test_a_key_that_is_nobodys_is_refused(raw: Raw, key: str) -> None:
    refusals = [
        ("sts", "/?Action=GetCallerIdentity&Version=2011-06-15", "InvalidClientTokenId"),
        ("lambda", "/2015-03-31/functions/", "UnrecognizedClientException"),
        ("s3", "/some-bucket/key", "InvalidAccessKeyId"),
    ]
    for service, path, code in refusals:
        answer = raw.get(path, headers=signature(service, key))
        assert (raw.code(answer), answer.status_code) == (code, 403)
        assert f"({key})" in answer.text


@pytest.mark.parametrize("key", ["test", "111122223333"])
def test_a_key_that_names_an_account_is_its_owners(raw: Raw, key: str) -> None:
    account = key if key.isdigit() else ACCOUNT
    path = "/?Action=GetCallerIdentity&Version=2011-06-15"
    answer = raw.get(path, headers=signature("sts", key))
    assert f"<Account>{account}</Account>" in answer.text


@pytest.mark.parametrize(
    ("header", "code", "status"),
    [
        ("Bearer abc", "InvalidArgument", 400),
        ("AWS4-HMAC-SHA256 test", "AuthorizationHeaderMalformed", 400),
    ],
)
def test_buckets_have_words_of_their_own(raw: Raw, header: str, code: str, status: int) -> None:
    headers = {"Authorization": header, "X-Amz-Date": "20261126T000000Z"}
    answer = raw.get("/some-bucket/key", headers=headers)
    assert (raw.code(answer), answer.status_code) == (code, status)


def test_what_only_the_emulator_tells_itself_is_not_believed(raw: Raw) -> None:
    inside = {"x-localstack-data": json.dumps({"service_principal": "lambda"})}
    answer = raw.get("/?Action=ListTopics&Version=2010-03-31", headers=inside)
    assert raw.code(answer) == "MissingAuthenticationToken"


def test_errors_are_of_the_form_that_clients_read(raw: Raw) -> None:
    answer = raw.get("/?Action=ListTopics&Version=2010-03-31")
    message = Xml.fromstring(answer.text).find(".//{*}Message")
    assert message is not None
    assert message.text == "Request is missing Authentication Token"
    functions = raw.get("/2015-03-31/functions/")
    assert functions.json()["message"] == "Missing Authentication Token"
    assert functions.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("form", ["Action=Nope", "Action=Nope&Version=2010-05-08", "", "a=b"])
def test_what_is_for_no_service_is_refused(raw: Raw, form: str) -> None:
    """LocalStack answers it with an empty 200."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert raw.post("/", content=form, headers=kind).status_code == 403
    signed = kind | {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-2/a/b"}
    assert 400 <= raw.post("/", content=form, headers=signed).status_code < 500
