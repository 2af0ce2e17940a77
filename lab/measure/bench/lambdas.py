"""Measures the duration of warm and cold invocations."""

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
from lab.shop import health, roles

# Makes Powertools log the event. MiniStack waits 50 ms for the first line of a function's output,
# so a function that prints nothing would make it look slower than it is.
PRINTING = {"POWERTOOLS_LOGGER_LOG_EVENT": "true"}
POLICY = "log"
READY_TIMEOUT_S = 60.0
POLL_S = 0.02


class Probe:
    """A copy of the function checkout-api whose configuration the bench may change."""

    def __init__(self, target: Target, name: str) -> None:
        self._client = target.client("lambda")
        self._name = name
        self._variables = self._configuration()["Environment"]["Variables"]

    def invoke(self) -> float:
        """Invokes the function and returns the seconds. Raises LabError unless it returns 200."""
        began = time.perf_counter()
        response = self._client.invoke(FunctionName=self._name, Payload=health.GET_HEALTH)
        payload = response["Payload"].read()
        duration = time.perf_counter() - began
        if response.get("FunctionError") or json.loads(payload).get("statusCode") != 200:
            raise LabError(f"The function {self._name} returned no 200: {payload[:300]!r}.")
        return duration

    def force_cold_start(self) -> None:
        """Makes the next invocation a cold start, by changing the environment variables."""
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
    """The seconds of `count` cold invocations."""
    return [_cold_once(probe) for _ in range(count)]


def _cold_once(probe: Probe) -> float:
    probe.force_cold_start()
    return probe.invoke()


def warm(probe: Probe, count: int) -> list[float]:
    """The seconds of `count` invocations, one after the other."""
    return [probe.invoke() for _ in range(count)]


@contextmanager
def probe(target: Target, package: bytes) -> Iterator[Probe]:
    """A probe on `target`, configured like its checkout-api; deleted afterwards."""
    client = target.client("lambda")
    name = target.named("bench")
    configuration = client.get_function_configuration(FunctionName=target.named("checkout-api"))
    delete(client, name)
    try:
        client.create_function(
            FunctionName=name,
            Role=_create_role(target, name),
            Code={"ZipFile": package},
            **{key: configuration[key] for key in ("Runtime", "Handler", "Timeout", "MemorySize")},
            Environment={"Variables": configuration["Environment"]["Variables"]},
        )
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        yield Probe(target, name)
    finally:
        delete(client, name)
        _delete_role(target, name)


def delete(client: Any, name: str) -> None:
    """Deletes a function if it exists."""
    with _unless_missing():
        client.delete_function(FunctionName=name)


def _create_role(target: Target, name: str) -> str:
    """A role that may write the function's log, which is all that GET /health needs."""
    iam = target.client("iam")
    _delete_role(target, name)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(roles.LAMBDA_TRUST))[
        "Role"
    ]
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
