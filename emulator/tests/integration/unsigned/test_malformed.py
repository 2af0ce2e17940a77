"""Signed requests that cannot be read are their sender's mistake, in every protocol."""

from __future__ import annotations

import base64
import hmac
import json
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.unsigned.raw import JSON_1_0, Raw, signature

TARGETS = {
    "dynamodb": "DynamoDB_20120810.PutItem",
    "states": "AWSStepFunctions.CreateStateMachine",
    "sqs": "AmazonSQS.SendMessage",
    "ssm": "AmazonSSM.PutParameter",
    "kms": "TrentService.CreateKey",
    "events": "AWSEvents.PutRule",
    "logs": "Logs_20140328.CreateLogGroup",
    "monitoring": "GraniteServiceVersion20100801.PutMetricData",
}
OTHERS = ("sns", "sts", "iam", "email", "s3", "lambda", "apigateway", "cloudformation", "ec2")
OFF = ("kinesis", "secretsmanager", "cloudfront", "route53", "es")
SERVICES = (*TARGETS, *OTHERS, *OFF)
DEEP = "[" * 100_000
BOMB = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;&nope;</a>'
FORM = "application/x-www-form-urlencoded"
CBOR = {"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
CBOR_PATH = "/service/GraniteServiceVersion20100801/operation/PutMetricData"


def bad_requests(service: str) -> list[tuple[str, str, dict[str, Any]]]:
    target = TARGETS.get(service, "Nope.Nope")
    as_json = {"X-Amz-Target": target, "Content-Type": JSON_1_0}
    unknown = as_json | {"X-Amz-Target": f"{target.partition('.')[0]}.Nope"}
    form = {"Content-Type": FORM}
    zipped = as_json | {"Content-Encoding": "gzip"}
    return [
        ("POST", "/", {"headers": unknown, "content": "{}"}),
        *(("POST", "/", {"headers": as_json, "content": body}) for body in ("{", "[1]", DEEP)),
        *(("POST", "/", {"headers": as_json, "content": body}) for body in ('"a"', b"\xff")),
        ("POST", "/", {"headers": zipped, "content": "no gzip"}),
        ("POST", "/", {"headers": form, "content": "x=1"}),
        ("POST", "/", {"headers": form, "content": "Action=Nope&Version=1"}),
        ("POST", "/", {"headers": form | {"Content-Encoding": "gzip"}, "content": "Action=Nope"}),
        ("GET", "/nope/nope", {}),
        ("DELETE", "/x/y/z?a", {}),
        ("POST", CBOR_PATH, {"headers": CBOR, "content": b"\xff\xff"}),
        ("POST", "/2015-03-31/functions", {"content": "{"}),
        ("PUT", "/a-bucket?tagging", {"content": BOMB}),
        ("PUT", "/a-bucket?tagging", {"content": b"\xff\xfe<"}),
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_what_cannot_be_read_is_no_failure_of_the_emulator(service: str, raw: Raw) -> None:
    answers = []
    for method, path, content in bad_requests(service):
        headers = content.get("headers", {}) | signature(service)
        answer = raw.request(method, path, **(content | {"headers": headers}))
        answers.append((answer.status_code, method, path, str(content)[:200], answer.text[:200]))
    assert [answer for answer in answers if answer[0] >= 500] == []


@pytest.mark.parametrize(
    ("service", "method", "path", "content", "code", "status"),
    [
        ("dynamodb", "POST", "/", "{", "SerializationException", 400),
        ("states", "POST", "/", DEEP, "SerializationException", 400),
        ("sns", "POST", "/", "x=1", "MissingAction", 400),
        ("iam", "POST", "/", "Action=Nope", "InvalidAction", 400),
        ("s3", "PUT", "/a-bucket?tagging", BOMB, "MalformedXML", 400),
    ],
)
def test_each_protocol_says_so_in_its_own_words(
    raw: Raw, service: str, method: str, path: str, content: str, code: str, status: int
) -> None:
    target = {"X-Amz-Target": TARGETS[service]} if service in TARGETS else {}
    kind = {"Content-Type": JSON_1_0 if target else FORM} if service != "s3" else {}
    headers = target | kind | signature(service)
    answer = raw.request(method, path, content=content, headers=headers)
    assert (raw.code(answer), answer.status_code) == (code, status)


@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256 Credential",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=test/1/../dynamodb/aws4_request, SignedHeaders=h, Signature=a",
        "AWS4-HMAC-SHA256 Credential=test/1/eu-nowhere-9/sqs/aws4_request, SignedHeaders=h,"
        " Signature=a",
        "AWS4-HMAC-SHA256 Credential=test/1/us-east-1/sts/aws4_request,"
        " Credential=test/1/us-east-1/iam/aws4_request, SignedHeaders=h, Signature=a",
    ],
)
def test_an_authorization_that_cannot_be_read_is_no_failure(raw: Raw, header: str) -> None:
    headers = {"Authorization": header, "X-Amz-Date": "20261126T000000Z"}
    form = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    assert raw.post("/", data=form, headers=headers).status_code < 500
    asked = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": JSON_1_0}
    assert raw.post("/", content="{}", headers=headers | asked).status_code < 500
    if header.count("Credential=") == 2:
        assert raw.code(raw.post("/", data=form, headers=headers)) == "IncompleteSignature"


PRESIGNED = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "test/20260101/us-east-1/s3/aws4_request",
    "X-Amz-Date": "20260101T000000Z",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "0",
    "X-Amz-Expires": "60",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"X-Amz-Expires": "abc"},
        {"X-Amz-Expires": "9" * 20, "X-Amz-SignedHeaders": "zzz"},
        {"X-Amz-Date": "bad"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_presigned_address_that_cannot_be_read_is_no_failure(
    raw: Raw, method: str, wrong: dict[str, str]
) -> None:
    answer = raw.request(method, "/a-bucket/key", params=PRESIGNED | wrong)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "policy", [[], 5, {"expiration": 5}, {"conditions": 5}, {"conditions": [5]}]
)
def test_a_policy_of_a_form_that_cannot_be_read_is_no_failure(
    cloud: Cloud, raw: Raw, policy: Any
) -> None:
    bucket = f"forms-{uuid.uuid4().hex[:8]}"
    place = {"LocationConstraint": "us-east-2"}
    cloud.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    text = base64.b64encode(json.dumps(policy).encode())
    signature_2 = base64.b64encode(hmac.digest(b"test", text, "sha1")).decode()
    fields = {"AWSAccessKeyId": "test", "Signature": signature_2}
    fields |= {"key": "k", "policy": text.decode()}
    answer = raw.post(f"/{bucket}", data=fields, files={"file": b"x"})
    assert 400 <= answer.status_code < 500
    if policy != {"conditions": [5]}:  # which allows nothing
        assert raw.code(answer) == "InvalidPolicyDocument"
