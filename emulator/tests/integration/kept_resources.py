"""A resource or more of each service, and what is looked for after a stop and a start."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx

from tests.integration.conftest import Cloud, document
from tests.integration.http_apis import HttpApi
from tests.integration.test_api_stages import Api, Plan
from tests.integration.waiting import wait_for

ECHO = "def handle(event, context):\n    return event\n"
ANYBODY = document({"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"})
OPEN = {"Policy": ANYBODY}


def put(cloud: Cloud, name: str, value: str) -> None:
    cloud.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def parameter(cloud: Cloud, name: str) -> str | None:
    ssm = cloud.client("ssm")
    try:
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


class Kept:
    """One resource or more of each service, and what is looked for after a load."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def fill(self) -> None:
        client = self.cloud.client
        self.role = self.cloud.role()
        self.function = self.cloud.function(ECHO, Role=self.role)
        self.table = self.cloud.table("id")
        client("dynamodb").put_item(TableName=self.table, Item={"id": {"S": "1"}})
        client("s3").create_bucket(
            Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
        )
        client("s3").put_object(Bucket="kept", Key="small", Body=b"small")
        client("s3").put_object(Bucket="kept", Key="large", Body=b"x" * 1_000_000)
        put(self.cloud, "/kept", "yes")
        self._fill_messages()
        self._fill_keys_and_logs()
        self._fill_workflows()
        self._fill_user_pool()
        self._fill_scaling()
        self._fill_access()
        self._fill_http_api()

    def _fill_access(self) -> None:
        """A session whose role only a table's policy lets in, and a used part of a quota."""
        client = self.cloud.client
        trusted = {"AWS": "000000000000"}
        role = self.cloud.role({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, **trusted)
        self.session = client("sts").assume_role(RoleArn=role, RoleSessionName="kept")[
            "Credentials"
        ]
        arn = f"arn:aws:dynamodb:us-east-2:000000000000:table/{self.table}"
        statement = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": arn}
        policy = document(statement | {"Principal": {"AWS": role}})
        client("dynamodb").put_resource_policy(ResourceArn=arn, Policy=policy)
        api = Api(self.cloud, key=True)
        key = Plan(api, quota={"limit": 1, "period": "MONTH"}).key()
        assert api.statuses(2, headers=key) == [200, 429]
        self.path, self.api_key = f"/_aws/execute-api/{api.id}/test/things/1", key

    def _fill_http_api(self) -> None:
        """An API with a deployment that is not what the API has now."""
        api = HttpApi(self.cloud, "auto", Tags={"kept": "yes"})
        api.route("GET /old", api.with_function())
        api.client.create_stage(ApiId=api.id, StageName="fixed", StageVariables={"kept": "yes"})
        api.client.create_deployment(ApiId=api.id, StageName="fixed")
        route = api.client.get_routes(ApiId=api.id)["Items"][0]["RouteId"]
        api.client.update_route(ApiId=api.id, RouteId=route, RouteKey="GET /new")
        self.http_api = api.client.get_api(ApiId=api.id)

    def _fill_messages(self) -> None:
        client = self.cloud.client
        self.queue = client("sqs").create_queue(QueueName="kept", Attributes=OPEN)["QueueUrl"]
        arn = client("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        client("sqs").send_message(QueueUrl=self.queue, MessageBody="waiting")
        self.topic = client("sns").create_topic(Name="kept")["TopicArn"]
        client("sns").subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
        )
        client("ses").verify_email_identity(EmailAddress="shop@example.com")
        client("ses").send_email(
            Source="shop@example.com",
            Destination={"ToAddresses": ["anna@example.com"]},
            Message={"Subject": {"Data": "kept"}, "Body": {"Text": {"Data": "text"}}},
        )

    def _fill_keys_and_logs(self) -> None:
        client = self.cloud.client
        self.key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        self.secret = client("kms").encrypt(KeyId=self.key, Plaintext=b"s")["CiphertextBlob"]
        client("ssm").put_parameter(
            Name="/kept/secret", Value="s", Type="SecureString", KeyId=self.key
        )
        client("logs").create_log_group(logGroupName="kept")
        client("logs").create_log_stream(logGroupName="kept", logStreamName="kept")
        event = {"timestamp": int(time.time() * 1000), "message": "kept"}
        client("logs").put_log_events(logGroupName="kept", logStreamName="kept", logEvents=[event])
        client("logs").put_query_definition(name="kept", queryString="fields @message")
        client("cloudwatch").put_metric_data(
            Namespace="Kept", MetricData=[{"MetricName": "kept", "Value": 1.0}]
        )

    def _fill_workflows(self) -> None:
        client = self.cloud.client
        definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
        machine = client("stepfunctions").create_state_machine(
            name="kept", roleArn=self.role, definition=json.dumps(definition)
        )["stateMachineArn"]
        self.execution = client("stepfunctions").start_execution(
            stateMachineArn=machine, input='{"kept": true}'
        )["executionArn"]
        wait_for(lambda: self._status(self.cloud) == "SUCCEEDED", "the execution runs on")
        client("events").create_event_bus(Name="kept")
        client("events").put_rule(
            Name="kept", EventBusName="kept", EventPattern='{"source": ["test"]}'
        )
        client("events").put_targets(
            Rule="kept", EventBusName="kept", Targets=[{"Id": "1", "Arn": self._queue_arn()}]
        )
        bus = client("events").describe_event_bus(Name="kept")["Arn"]
        client("events").create_archive(ArchiveName="kept", EventSourceArn=bus)
        event = {"Source": "archived", "DetailType": "d", "Detail": "{}", "EventBusName": "kept"}
        client("events").put_events(Entries=[event])

    def _fill_user_pool(self) -> None:
        cognito = self.cloud.client("cognito-idp")
        self.pool = cognito.create_user_pool(PoolName="kept")["UserPool"]["Id"]
        self.client_id = cognito.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName="kept",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )["UserPoolClient"]["ClientId"]
        cognito.admin_create_user(UserPoolId=self.pool, Username="anna", MessageAction="SUPPRESS")
        cognito.admin_set_user_password(
            UserPoolId=self.pool, Username="anna", Password="Kept-1-kept", Permanent=True
        )

    def _fill_scaling(self) -> None:
        scaling = self.cloud.client("application-autoscaling")
        self.dimension = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{self.table}",
            "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        }
        self.target = scaling.register_scalable_target(
            **self.dimension, MinCapacity=1, MaxCapacity=9, Tags={"kept": "yes"}
        )["ScalableTargetARN"]
        scaling.put_scheduled_action(
            **self.dimension, ScheduledActionName="kept", Schedule="rate(1 day)"
        )

    def _queue_arn(self) -> str:
        return f"arn:aws:sqs:us-east-2:000000000000:{self.queue.rpartition('/')[2]}"

    def _status(self, cloud: Cloud) -> str:
        found = cloud.client("stepfunctions").describe_execution(executionArn=self.execution)
        return str(found["status"])

    def look(self, after: Cloud) -> None:
        client = after.client
        assert after.invoke(self.function, {"a": 1}).payload == {"a": 1}
        assert client("dynamodb").scan(TableName=self.table)["Count"] == 1
        assert client("s3").get_object(Bucket="kept", Key="small")["Body"].read() == b"small"
        large = client("s3").get_object(Bucket="kept", Key="large")["Body"].read()
        assert large == b"x" * 1_000_000
        assert parameter(after, "/kept") == "yes"
        assert client("kms").decrypt(CiphertextBlob=self.secret)["Plaintext"] == b"s"
        secret = client("ssm").get_parameter(Name="/kept/secret", WithDecryption=True)
        assert secret["Parameter"]["Value"] == "s"
        self._look_at_messages(after)
        self._look_at_logs(after)
        self._look_at_user_pool(after)
        self._look_at_scaling(after)
        self._look_at_access(after)
        self._look_at_http_api(after)
        assert self._status(after) == "SUCCEEDED"
        history = client("stepfunctions").get_execution_history(executionArn=self.execution)
        assert history["events"][-1]["type"] == "ExecutionSucceeded"

    def _look_at_access(self, after: Cloud) -> None:
        keys = [self.session[n] for n in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
        session = boto3.Session(*keys, region_name="us-east-2")
        table = session.client("dynamodb", endpoint_url=after.endpoint)
        assert table.scan(TableName=self.table)["Count"] == 1
        assert httpx.get(after.endpoint + self.path, headers=self.api_key).status_code == 429

    def _look_at_http_api(self, after: Cloud) -> None:
        name = self.http_api["ApiId"]
        api = after.client("apigatewayv2").get_api(ApiId=name)
        described = ("ApiId", "CreatedDate", "Name", "Tags")
        assert [api[n] for n in described] == [self.http_api[n] for n in described]
        url = f"{after.endpoint}/_aws/execute-api/{name}"
        assert httpx.get(f"{url}/fixed/old").json()["stageVariables"] == {"kept": "yes"}
        assert httpx.get(f"{url}/auto/new").json()["routeKey"] == "GET /new"
        missing = (f"{url}/fixed/new", f"{url}/auto/old")
        assert [httpx.get(address).status_code for address in missing] == [404, 404]

    def _look_at_messages(self, after: Cloud) -> None:
        assert self._bodies(after) == ["waiting"]
        after.client("sns").publish(TopicArn=self.topic, Message="published")
        assert "published" in self._bodies(after)[0]
        event = {"Source": "test", "DetailType": "kept", "Detail": "{}", "EventBusName": "kept"}
        after.client("events").put_events(Entries=[event])
        assert '"detail-type":"kept"' in self._bodies(after)[0].replace(" ", "")
        self._look_at_archive(after.client("events"), after)
        assert "kept" in json.dumps(after.mails())

    def _look_at_archive(self, events: Any, after: Cloud) -> None:
        archive = events.describe_archive(ArchiveName="kept")
        assert (archive["State"], archive["EventCount"]) == ("ENABLED", 2)
        bus = archive["EventSourceArn"]
        pattern = '{"source": ["archived"]}'
        rule = events.put_rule(Name="replayed", EventBusName="kept", EventPattern=pattern)
        target = {"Id": "1", "Arn": self._queue_arn()}
        events.put_targets(Rule="replayed", EventBusName="kept", Targets=[target])
        now = datetime.now(UTC)
        events.start_replay(
            ReplayName="kept",
            EventSourceArn=archive["ArchiveArn"],
            EventStartTime=now - timedelta(hours=1),
            EventEndTime=now,
            Destination={"Arn": bus, "FilterArns": [rule["RuleArn"]]},
        )
        assert json.loads(self._bodies(after)[0])["replay-name"] == "kept"

    def _bodies(self, after: Cloud) -> list[str]:
        found = after.client("sqs").receive_message(QueueUrl=self.queue, WaitTimeSeconds=10)
        return [message["Body"] for message in found.get("Messages", [])]

    def _look_at_logs(self, after: Cloud) -> None:
        logs = after.client("logs")
        events = logs.get_log_events(logGroupName="kept", logStreamName="kept")["events"]
        assert [event["message"] for event in events] == ["kept"]
        assert logs.describe_query_definitions()["queryDefinitions"][0]["name"] == "kept"
        metrics = after.client("cloudwatch").list_metrics(Namespace="Kept")["Metrics"]
        assert [metric["MetricName"] for metric in metrics] == ["kept"]

    def _look_at_user_pool(self, after: Cloud) -> None:
        signed_in = after.client("cognito-idp").admin_initiate_auth(
            UserPoolId=self.pool,
            ClientId=self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "anna", "PASSWORD": "Kept-1-kept"},
        )
        _, claims, _ = signed_in["AuthenticationResult"]["AccessToken"].split(".")
        said = json.loads(base64.urlsafe_b64decode(claims + "=="))
        assert said["client_id"] == self.client_id
        assert said["iat"] <= time.time() < said["exp"]

    def _look_at_scaling(self, after: Cloud) -> None:
        scaling = after.client("application-autoscaling")
        (target,) = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")[
            "ScalableTargets"
        ]
        assert (target["ScalableTargetARN"], target["MaxCapacity"]) == (self.target, 9)
        assert scaling.list_tags_for_resource(ResourceARN=self.target)["Tags"] == {"kept": "yes"}
        scaling.delete_scheduled_action(**self.dimension, ScheduledActionName="kept")
