"""How long an invocation takes: of a function that is warm, and of one that has to be started."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target

# What API Gateway sends for GET /health: the function answers it without asking anybody.
HEALTH = json.dumps(
    {
        "httpMethod": "GET",
        "path": "/health",
        "resource": "/health",
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "bench"},
    }
)
# Powertools' own switch: the function logs its event. MiniStack waits 50 ms for the first line of
# a function's output, so one that prints nothing would make it look slower than it is.
PRINTING = {"POWERTOOLS_LOGGER_LOG_EVENT": "true"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
POLICY = "log"
READY_TIMEOUT_S = 60.0
POLL_S = 0.02


class Probe:
    """The function checkout-api under another name, whose settings the bench may change."""

    def __init__(self, target: Target, name: str) -> None:
        self._client = target.client("lambda")
        self._name = name
        self._variables = self._configuration()["Environment"]["Variables"]

    def invoke(self) -> float:
        """One invocation, in seconds. Raises LabError if the function does not answer well."""
        began = time.perf_counter()
        answer = self._client.invoke(FunctionName=self._name, Payload=HEALTH)
        payload = answer["Payload"].read()
        took = time.perf_counter() - began
        if answer.get("FunctionError") or json.loads(payload).get("statusCode") != 200:
            raise LabError(f"The function {self._name} does not answer: {payload[:300]!r}.")
        return took

    def cool(self) -> None:
        """Makes the next invocation a cold one: new variables mean a new environment."""
        changed = self._variables | PRINTING | {"BENCH": uuid.uuid4().hex}
        self._client.update_function_configuration(
            FunctionName=self._name, Environment={"Variables": changed}
        )
        deadline = time.monotonic() + READY_TIMEOUT_S
        while self._configuration().get("LastUpdateStatus", "Successful") != "Successful":
            if time.monotonic() > deadline:
                raise LabError(f"The function {self._name} is not ready after its update.")
            time.sleep(POLL_S)

    def _configuration(self) -> dict[str, Any]:
        return dict(self._client.get_function_configuration(FunctionName=self._name))


def cold(probe: Probe, count: int) -> list[float]:
    """Seconds of `count` invocations that each start an environment."""
    return [_cold_once(probe) for _ in range(count)]


def _cold_once(probe: Probe) -> float:
    probe.cool()
    return probe.invoke()


def warm(probe: Probe, count: int) -> list[float]:
    """Seconds of `count` invocations, one after the other."""
    return [probe.invoke() for _ in range(count)]


@contextmanager
def probe(target: Target, package: bytes) -> Iterator[Probe]:
    """A probe on `target`, made as the environment's checkout-api is, and deleted afterwards."""
    client = target.client("lambda")
    name = target.named("bench")
    like = client.get_function_configuration(FunctionName=target.named("checkout-api"))
    delete(client, name)
    try:
        client.create_function(
            FunctionName=name,
            Role=_create_role(target, name),
            Code={"ZipFile": package},
            **{key: like[key] for key in ("Runtime", "Handler", "Timeout", "MemorySize")},
            Environment={"Variables": like["Environment"]["Variables"]},
        )
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        yield Probe(target, name)
    finally:
        delete(client, name)
        _delete_role(target, name)


def delete(client: Any, name: str) -> None:
    """Deletes a function if it is there."""
    with _unless_missing():
        client.delete_function(FunctionName=name)


def _create_role(target: Target, name: str) -> str:
    """A role that may write its function's log, which is all that GET /health asks for."""
    iam = target.client("iam")
    _delete_role(target, name)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    account = role["Arn"].split(":")[4]
    group = f"arn:aws:logs:{target.region}:{account}:log-group:/aws/lambda/{name}"
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": [group, f"{group}:*"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=policy)
    return str(role["Arn"])


def _delete_role(target: Target, name: str) -> None:
    iam = target.client("iam")
    with _unless_missing():
        iam.delete_role_policy(RoleName=name, PolicyName=POLICY)
    with _unless_missing():
        iam.delete_role(RoleName=name)


@contextmanager
def _unless_missing() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceNotFoundException", "NoSuchEntity"):
            raise
