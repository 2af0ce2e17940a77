"""Invokes a function of the running emulator once, for `lab doctor`.

What keeps functions from running (a missing package, a security policy of the machine) is not
noticed before: deploying stores them only.
"""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import health, roles

TIMEOUT_S = 60.0
NAME = "lab-doctor"
ONE_LINE = "def handle(event, context): return {'statusCode': 200}\n"
MESSAGE_LENGTH = 200


@dataclass(frozen=True)
class Invocation:
    """One invocation: `function` is in words, and `problem` is empty if it returned 200."""

    function: str
    milliseconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Result:
    """Whether functions run; `shop` is the invocation of the shop's API, if that is deployed."""

    runs: bool
    latest: Invocation
    shop: Invocation | None = None


def run(endpoint: str) -> Result:
    """Invokes GET /health of the shop's API. If that fails, or there is none, a function of ours.

    Neither changes anything that stays.
    """
    target = Target("dev", endpoint).within(TIMEOUT_S)
    shop = _shop(target)
    if shop and not shop.problem:
        return Result(True, shop, shop)
    own = _own(target)
    return Result(not own.problem, own, shop)


def _shop(target: Target) -> Invocation | None:
    """The invocation of the shop's API; None if it is not deployed."""
    name = target.named("checkout-api")
    try:
        return _invoke(target.client("lambda"), name, name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        return Invocation(name, problem=str(error))
    except (BotoCoreError, LabError) as error:
        return Invocation(name, problem=str(error))


def _own(target: Target) -> Invocation:
    """The invocation of a function of one line, which is deleted afterwards."""
    words = "a function of one line"
    try:
        with _function(target) as name:
            return _invoke(target.client("lambda"), name, words)
    except (BotoCoreError, ClientError, WaiterError, LabError) as error:
        return Invocation(words, problem=str(error))


def _invoke(client: Any, name: str, words: str) -> Invocation:
    began = time.perf_counter()
    response = client.invoke(FunctionName=name, Payload=health.GET_HEALTH)
    text = response["Payload"].read().decode(errors="replace")
    milliseconds = 1000 * (time.perf_counter() - began)
    answer = json.loads(text or "null")
    good = isinstance(answer, dict) and answer.get("statusCode") == 200
    return Invocation(words, milliseconds, "" if good else _problem(answer))


def _problem(answer: Any) -> str:
    """The error of an invocation, as the runtime reports it, or what was returned instead."""
    if isinstance(answer, dict) and "errorMessage" in answer:
        text = f"{answer.get('errorType', 'an error')}: {answer['errorMessage']}"
    else:
        text = f"it returned {json.dumps(answer)}"
    return text if len(text) <= MESSAGE_LENGTH else f"{text[:MESSAGE_LENGTH]}…"


@contextmanager
def _function(target: Target) -> Iterator[str]:
    """A function of one line and its role, which may do nothing."""
    client, iam = target.client("lambda"), target.client("iam")
    name = f"{NAME}-{uuid.uuid4().hex[:8]}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(roles.LAMBDA_TRUST))[
        "Role"
    ]
    try:
        client.create_function(
            FunctionName=name,
            Role=role["Arn"],
            Runtime="python3.13",
            Handler="app.handle",
            Timeout=30,
            Code={"ZipFile": _package()},
        )
        client.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
        )
        yield name
    finally:
        with suppress(ClientError, BotoCoreError):
            client.delete_function(FunctionName=name)
        with suppress(ClientError, BotoCoreError):
            iam.delete_role(RoleName=name)


def _package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", ONE_LINE)
    return packed.getvalue()
