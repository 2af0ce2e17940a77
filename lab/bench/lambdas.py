"""How long an invocation takes: of a function that is warm, and of one that has to be started."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from lab.errors import LabError
from lab.target import Target

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
    client.create_function(
        FunctionName=name,
        Code={"ZipFile": package},
        **{key: like[key] for key in ("Role", "Runtime", "Handler", "Timeout", "MemorySize")},
        Environment={"Variables": like["Environment"]["Variables"] | PRINTING},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    try:
        yield Probe(target, name)
    finally:
        delete(client, name)


def delete(client: Any, name: str) -> None:
    """Deletes a function if it is there."""
    try:
        client.delete_function(FunctionName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
