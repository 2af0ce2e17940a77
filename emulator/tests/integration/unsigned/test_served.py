"""What AWS serves without a signature, and how far it does."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import httpx
import jwt
from botocore.config import Config

from tests.integration.conftest import REGION, Cloud, document
from tests.integration.unsigned.raw import ACCOUNT, JSON_1_0, Raw, signature
from tests.integration.waiting import wait_for


def test_the_pages_of_the_emulator_need_no_signature(raw: Raw) -> None:
    assert raw.get("/_localstack/health").is_success
    assert raw.get("/_localstack/info").is_success


def test_an_api_is_open_and_a_method_that_wants_a_signature_is_not(cloud: Cloud, raw: Raw) -> None:
    api = an_api(cloud)
    for base in (f"/_aws/execute-api/{api}/s", f"/restapis/{api}/s/_user_request_"):
        assert raw.get(f"{base}/open").is_success
        closed = raw.get(f"{base}/closed")
        assert closed.json()["message"] == "Missing Authentication Token"
        assert closed.status_code == 403
        assert raw.get(f"{base}/closed", headers=signature("execute-api")).is_success
    host = {"Host": f"{api}.execute-api.localhost.localstack.cloud"}
    assert raw.get("/s/open", headers=host).is_success
    assert raw.get("/s/closed", headers=host).status_code == 403


def an_api(cloud: Cloud) -> str:
    template = {"application/json": '{"statusCode": 200}'}
    answer = {"responses": {"default": {"statusCode": "200"}}, "requestTemplates": template}
    operation = {
        "responses": {"200": {"description": "ok"}},
        "x-amazon-apigateway-integration": answer | {"type": "mock"},
    }
    about = {"openapi": "3.0.1", "info": {"title": "probe", "version": "1"}}
    body = about | {"paths": {"/open": {"get": operation}, "/closed": {"get": operation}}}
    gateway = cloud.client("apigateway")
    api: str = gateway.import_rest_api(body=json.dumps(body))["id"]
    resources = gateway.get_resources(restApiId=api)["items"]
    closed = next(r["id"] for r in resources if r["path"] == "/closed")
    change = {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}
    gateway.update_method(
        restApiId=api, resourceId=closed, httpMethod="GET", patchOperations=[change]
    )
    gateway.create_deployment(restApiId=api, stageName="s")
    return api


def test_a_functions_url_is_open_if_its_policy_lets_everybody_in(cloud: Cloud, raw: Raw) -> None:
    function = cloud.function("def handle(event, context): return 'hello'")
    client = cloud.client("lambda")
    url = client.create_function_url_config(FunctionName=function, AuthType="NONE")["FunctionUrl"]
    host = {"Host": httpx.URL(url).host}
    shut = raw.get("/", headers=host)
    assert (shut.status_code, "Forbidden" in shut.text) == (403, True)
    everybody = {"Principal": "*", "FunctionUrlAuthType": "NONE", "StatementId": "everybody"}
    action = "lambda:InvokeFunctionUrl"
    client.add_permission(FunctionName=function, Action=action, **everybody)
    assert raw.get("/", headers=host).text == "hello"
    client.update_function_url_config(FunctionName=function, AuthType="AWS_IAM")
    assert raw.get("/", headers=host).status_code == 403
    assert raw.get("/", headers=host | signature("lambda")).text == "hello"


def test_a_presigned_url_is_a_signature(cloud: Cloud, raw: Raw) -> None:
    bucket = a_bucket(cloud)
    target = {"Bucket": bucket, "Key": "key"}
    for version in ("s3v4", "s3"):
        config = Config(signature_version=version)
        session = boto3.Session("test", "test", region_name=REGION)
        s3 = session.client("s3", endpoint_url=cloud.endpoint, config=config)
        assert httpx.get(s3.generate_presigned_url("get_object", target)).text == "content"
    sts = cloud.client("sts")
    url = sts.generate_presigned_url("get_caller_identity", {})
    assert ACCOUNT in httpx.get(url).text
    cut = httpx.get(url.replace("X-Amz-Signature", "X-Amz-Other"))
    assert raw.code(cut) == "IncompleteSignature"


def test_a_form_with_a_signed_policy_is_a_signature(cloud: Cloud, raw: Raw) -> None:
    bucket = a_bucket(cloud)
    post = cloud.client("s3").generate_presigned_post(bucket, "posted")
    file = {"file": ("name", b"posted")}
    assert httpx.post(post["url"], data=post["fields"], files=file).is_success
    refused = raw.post(f"/{bucket}", data={"key": "unsigned"}, files=file)
    assert (raw.code(refused), refused.status_code) == ("AccessDenied", 403)
    assert keys_of(cloud, bucket) == {"key", "posted"}


def a_bucket(cloud: Cloud) -> str:
    """A bucket with an object, `key`, that is not anybody's yet."""
    name = f"probe-{uuid.uuid4().hex[:8]}"
    s3 = cloud.client("s3")
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectOwnership="ObjectWriter")
    s3.put_object(Bucket=name, Key="key", Body=b"content")
    return name


def keys_of(cloud: Cloud, bucket: str) -> set[str]:
    listed = cloud.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return {found["Key"] for found in listed}


def test_an_object_is_everybodys_only_by_policy_and_without_a_block(cloud: Cloud, raw: Raw) -> None:
    bucket, s3 = a_bucket(cloud), cloud.client("s3")
    place = f"arn:aws:s3:::{bucket}/*"
    public = allow("s3:GetObject", place)
    assert raw.get(f"/{bucket}/key").status_code == 403
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=document(public))
    assert raw.get(f"/{bucket}/key").text == "content"
    host = {"Host": f"{bucket}.s3.localhost.localstack.cloud"}
    assert raw.get("/key", headers=host).text == "content"
    assert raw.head(f"/{bucket}/key").is_success
    assert raw.code(raw.put(f"/{bucket}/key", content=b"mine")) == "AccessDenied"
    assert raw.delete(f"/{bucket}/key").status_code == 403
    assert raw.get(f"/{bucket}").status_code == 403
    block = {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert raw.get(f"/{bucket}/key").status_code == 403


def test_a_condition_and_a_denial_count_for_everybody(cloud: Cloud, raw: Raw) -> None:
    bucket, s3 = a_bucket(cloud), cloud.client("s3")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_object_acl(Bucket=bucket, Key="key", ACL="public-read")
    assert raw.get(f"/{bucket}/key").text == "content"
    place = f"arn:aws:s3:::{bucket}/*"
    elsewhere = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    s3.put_bucket_policy(Bucket=bucket, Policy=document(allow("s3:PutObject", place, elsewhere)))
    assert raw.put(f"/{bucket}/other", content=b"mine").status_code == 403
    denial = allow("s3:GetObject", place) | {"Effect": "Deny"}
    s3.put_bucket_policy(Bucket=bucket, Policy=document(denial))
    assert raw.get(f"/{bucket}/key").status_code == 403


def test_a_website_shows_what_is_everybodys(cloud: Cloud, raw: Raw) -> None:
    bucket, s3 = a_bucket(cloud), cloud.client("s3")
    website = {"IndexDocument": {"Suffix": "key"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=website)
    host = {"Host": f"{bucket}.s3-website.localhost.localstack.cloud"}
    assert raw.get("/", headers=host).status_code == 403
    s3.delete_public_access_block(Bucket=bucket)
    public = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(public))
    assert raw.get("/", headers=host).text == "content"


def allow(action: str, resource: str, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def test_a_queue_takes_messages_of_everybody_if_its_policy_says_so(cloud: Cloud, raw: Raw) -> None:
    sqs, name = cloud.client("sqs"), f"probe-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    paths = [f"/queue/{REGION}/{ACCOUNT}/{name}", f"/{ACCOUNT}/{name}"]
    hosts = [{}, {"Host": httpx.URL(url).netloc.decode()}]
    send = "?Action=SendMessage&MessageBody=hello"
    target = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": JSON_1_0}
    body = json.dumps({"QueueUrl": url, "MessageBody": "hello"})

    def sent() -> list[int]:
        pages = [raw.get(p + send, headers=h) for p, h in zip(paths, hosts, strict=True)]
        return [a.status_code for a in (*pages, raw.post("/", headers=target, content=body))]

    assert sent() == [403, 403, 400]
    sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": document(allow("sqs:SendMessage", arn))}
    )
    assert sent() == [200, 200, 200]
    assert raw.get(f"{paths[0]}?Action=ReceiveMessage").status_code == 403
    assert raw.get(f"{paths[0]}?Action=DeleteQueue").status_code == 403
    waiting = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert waiting["ApproximateNumberOfMessages"] == "3"


def test_a_queues_owner_does_not_give_everybody_what_is_the_owners(cloud: Cloud, raw: Raw) -> None:
    sqs, name = cloud.client("sqs"), f"probe-{uuid.uuid4().hex[:8]}"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    policy = {"Policy": document(allow("sqs:*", arn))}
    sqs.create_queue(QueueName=name, Attributes=policy)
    path = f"/queue/{REGION}/{ACCOUNT}/{name}"
    assert raw.get(f"{path}?Action=DeleteQueue").status_code == 403
    assert raw.get(f"{path}?Action=PurgeQueue").is_success


def test_a_topic_takes_messages_of_everybody_if_its_policy_says_so(cloud: Cloud, raw: Raw) -> None:
    sns, name = cloud.client("sns"), f"probe-{uuid.uuid4().hex[:8]}"
    arn = sns.create_topic(Name=name)["TopicArn"]
    publish = {"Action": "Publish", "Version": "2010-03-31", "TopicArn": arn, "Message": "hello"}
    assert raw.code(raw.post("/", data=publish)) == "MissingAuthenticationToken"
    policy = document(allow("sns:Publish", arn))
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    assert raw.post("/", data=publish).is_success
    assert raw.post("/", data=publish | {"Action": "DeleteTopic"}).status_code == 403


@contextmanager
def subscriber() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The address of a server, and what was posted to it."""
    received: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", received
        server.shutdown()


def test_a_subscription_is_confirmed_and_ended_by_who_knows_of_it(cloud: Cloud, raw: Raw) -> None:
    sns, name = cloud.client("sns"), f"probe-{uuid.uuid4().hex[:8]}"
    arn = sns.create_topic(Name=name)["TopicArn"]
    with subscriber() as (address, received):
        subscribed = sns.subscribe(
            TopicArn=arn, Protocol="http", Endpoint=address, ReturnSubscriptionArn=True
        )["SubscriptionArn"]
        wait_for(lambda: received, "no token has come")
    version = {"Version": "2010-03-31", "TopicArn": arn}
    wrong = version | {"Action": "ConfirmSubscription", "Token": "0" * 64}
    assert raw.code(raw.post("/", data=wrong)) == "InvalidParameter"
    right = wrong | {"Token": received[0]["Token"]}
    assert raw.post("/", data=right).is_success
    assert raw.get("/", params=version | {"Action": "Unsubscribe", "SubscriptionArn": subscribed})
    wait_for(
        lambda: not sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"],
        "it is still subscribed",
    )


def test_a_role_is_assumed_by_a_token_of_an_issuer_that_it_trusts(cloud: Cloud, raw: Raw) -> None:
    iam, issuer = cloud.client("iam"), f"issuer-{uuid.uuid4().hex[:8]}.example"
    made = iam.create_open_id_connect_provider(Url=f"https://{issuer}", ThumbprintList=["0" * 40])
    condition = {"StringEquals": {f"{issuer}:sub": "repo:shop"}}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
        "Condition": condition,
    }
    role = iam.create_role(RoleName=issuer, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    assert "AccessKeyId" in assume(raw, role, token(f"https://{issuer}", "repo:shop")).text
    stranger = assume(raw, role, token(f"https://{issuer}", "repo:other"))
    assert (raw.code(stranger), stranger.status_code) == ("AccessDenied", 403)
    assert raw.code(assume(raw, role, token("https://other", "a"))) == "InvalidIdentityToken"
    assert raw.code(assume(raw, role, "no token")) == "InvalidIdentityToken"
    other = cloud.role()
    assert raw.code(assume(raw, other, token(f"https://{issuer}", "repo:shop"))) == "AccessDenied"
    nowhere = assume(raw, "role", token(f"https://{issuer}", "repo:shop"))
    assert raw.code(nowhere) == "AccessDenied"
    saml = {"Action": "AssumeRoleWithSAML", "SAMLAssertion": "PHNhbWw+", "PrincipalArn": "a" * 20}
    answer = raw.post("/", data=saml | {"Version": "2011-06-15", "RoleArn": other})
    assert raw.code(answer) == "AccessDenied"


def token(issuer: str, subject: str) -> str:
    return jwt.encode({"iss": issuer, "sub": subject, "aud": "sts"}, "k" * 32)


def assume(raw: Raw, role: str, words: str) -> httpx.Response:
    request = {"Version": "2011-06-15", "RoleSessionName": "test", "RoleArn": role}
    named = {"Action": "AssumeRoleWithWebIdentity", "WebIdentityToken": words}
    return raw.post("/", data=request | named)
