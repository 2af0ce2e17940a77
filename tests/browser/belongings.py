"""What the learner has in the emulator: something of each kind that a command could touch."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import boto3
import httpx
from botocore.exceptions import ClientError

from tests.browser.commands import Command
from tests.cloud import Cloud

MAIL = "shop@example.com"
# An environment that is deployed here may send mails of its alarms meanwhile.
OF_A_TOPIC = "admin@localstack.com"
PAGE = "<!doctype html><title>A page of one's own</title><h1>Hello</h1>"
# An API whose page is for everybody, and whose orders leave a message in a queue.
API = f"""
import boto3, os
def handle(event, context):
    if event["httpMethod"] != "GET":
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="an order")
    return {{"statusCode": 200, "headers": {{"Content-Type": "text/html"}}, "body": {PAGE!r}}}
"""


@dataclass(frozen=True)
class Belongings:
    """Their names, and how they are looked at."""

    cloud: Cloud
    bucket: str
    queue: str
    api: str

    @classmethod
    def made(cls, cloud: Cloud) -> Belongings:
        """A bucket with a page, a queue with a message, a mail, an API with a function."""
        bucket = f"bucket-{uuid.uuid4().hex[:8]}"
        cloud.client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
        )
        cloud.client("s3").put_object(
            Bucket=bucket, Key="page.html", Body=PAGE, ContentType="text/html"
        )
        cloud.client("s3").delete_public_access_block(Bucket=bucket)
        cloud.client("s3").put_bucket_policy(Bucket=bucket, Policy=_public(bucket))
        queue = cloud.client("sqs").create_queue(QueueName=f"queue-{uuid.uuid4().hex[:8]}")
        cloud.client("sqs").send_message(QueueUrl=queue["QueueUrl"], MessageBody="a secret")
        _send_mail(cloud)
        return cls(cloud, bucket, queue["QueueUrl"], _api(cloud, queue["QueueUrl"]))

    def remove(self) -> None:
        """Takes away what costs something to keep."""
        self.cloud.remove()
        self.cloud.client("apigateway").delete_rest_api(restApiId=self.api)
        self.cloud.client("sqs").delete_queue(QueueUrl=self.queue)
        self.cloud.client("s3").delete_object(Bucket=self.bucket, Key="page.html")
        self.cloud.client("s3").delete_bucket(Bucket=self.bucket)

    def named(self, command: Command) -> Command:
        """A command with the names of these things in its target."""
        names = {"BUCKET": self.bucket, "QUEUE": self.queue, "API": self.api}
        names["NAME"] = self.queue.rpartition("/")[2]
        target = command.target
        for placeholder, name in names.items():
            target = target.replace(placeholder, name)
        return replace(command, target=target)

    def inventory(self) -> dict[str, Any]:
        """Everything there is, by what AWS says about it; an error where it does not say it."""
        return _lists() | {
            "objects": self.cloud.client("s3").list_objects_v2(Bucket=self.bucket).get("Contents"),
            "messages": self.messages(),
            "mails": [mail for mail in self._mails() if mail["Source"] != OF_A_TOPIC],
        }

    def _mails(self) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.cloud.endpoint}/_aws/ses").json()["messages"])

    def messages(self) -> int:
        """How many messages the queue holds."""
        found = self.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.queue, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])


def _public(bucket: str) -> str:
    """The policy of a bucket whose objects everybody may read, as a browser does."""
    everything = f"arn:aws:s3:::{bucket}/*"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": everything}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


# What is asked without a signature is asked in us-east-1.
REGIONS = ("us-east-1", "us-east-2")
LISTS = (
    ("sqs", "list_queues", "QueueUrls"),
    ("sns", "list_topics", "Topics"),
    ("lambda", "list_functions", "Functions"),
    ("cloudformation", "list_stacks", "StackSummaries"),
    ("events", "list_rules", "Rules"),
    ("dynamodb", "list_tables", "TableNames"),
    ("apigateway", "get_rest_apis", "items"),
    ("stepfunctions", "list_state_machines", "stateMachines"),
)
GLOBAL_LISTS = (
    ("s3", "list_buckets", "Buckets"),
    ("iam", "list_users", "Users"),
    ("iam", "list_roles", "Roles"),
)


def _lists() -> dict[str, Any]:
    everywhere = [(region, *how) for region in REGIONS for how in LISTS]
    everywhere += [("us-east-1", *how) for how in GLOBAL_LISTS]
    return {
        f"{region} {operation}": _listed(region, service, operation, key)
        for region, service, operation, key in everywhere
    }


def _listed(region: str, service: str, operation: str, key: str) -> Any:
    """A service that the emulator does not offer has nothing to list."""
    try:
        return getattr(_client(region, service), operation)().get(key, [])
    except ClientError as error:
        return error.response["Error"]


@cache
def _client(region: str, service: str) -> Any:
    """At the emulator of these tests, which `AWS_ENDPOINT_URL` names."""
    return boto3.client(service, region, aws_access_key_id="test", aws_secret_access_key="test")


def _send_mail(cloud: Cloud) -> None:
    for region in REGIONS:
        _client(region, "ses").verify_email_identity(EmailAddress=MAIL)
    text = {"Data": "a secret"}
    cloud.client("ses").send_email(
        Source=MAIL,
        Destination={"ToAddresses": ["learner@example.com"]},
        Message={"Subject": text, "Body": {"Text": text}},
    )


def _api(cloud: Cloud, queue: str) -> str:
    function = cloud.function(API, Environment={"Variables": {"QUEUE": queue}})
    arn = cloud.state(function)["FunctionArn"]
    cloud.client("lambda").add_permission(
        FunctionName=function,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    gateway = cloud.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(_specification(arn)))["id"]
    gateway.create_deployment(restApiId=api, stageName="v1")
    return str(api)


def _specification(function: str) -> dict[str, Any]:
    path = f"2015-03-31/functions/{function}/invocations"
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:us-east-2:lambda:path/{path}",
    }
    method = {"x-amazon-apigateway-integration": integration}
    return {
        "openapi": "3.0.1",
        "info": {"title": "orders", "version": "1"},
        "paths": {"/orders": {"x-amazon-apigateway-any-method": method}},
    }
