"""A function's direct calls: what it sees and what is sent are the same as with botocore's."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.handlers import BUILTIN_HANDLERS

from localstack_host.services.lambda_.zygote import call_plans

NOT_DIRECT = {
    "a debug message of HTTP",
    "a handler after an error",
    "a handler after the call",
    "a handler that changes parameters",
    "a method of a class that is replaced",
    "a method that is replaced",
    "a proxy",
    "a stub",
    "a wrong parameter",
    "another endpoint",
    "another protocol than JSON",
    "debug messages of urllib3",
    "debug messages",
    "events elsewhere",
    "keys that are removed",
    "no credentials",
    "throttled, with adaptive retries",
    *(f"a handler of {event}" for event in ("before-call", "request-created", "choose-signer")),
    *(f"a handler of {event}" for event in ("before-sign", "before-send", "response-received")),
    *(f"a handler of {event}" for event in ("before-parse", "needs-retry")),
}


def run(mode: str) -> dict[str, dict[str, Any]]:
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    variables |= {"BOTO_DISABLE_CRT": "true", "AWS_EC2_METADATA_DISABLED": "true"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.unit.botocore_calls", mode],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=variables,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return {one["case"]: one for one in json.loads(ended.stdout)}


@pytest.fixture(scope="module")
def direct() -> dict[str, dict[str, Any]]:
    return run("direct")


@pytest.fixture(scope="module")
def untouched() -> dict[str, dict[str, Any]]:
    return run("untouched")


@pytest.mark.exhaustive
def test_a_function_sees_and_sends_the_same(
    direct: dict[str, dict[str, Any]], untouched: dict[str, dict[str, Any]]
) -> None:
    assert len(direct) > 70
    different = {
        case: (direct[case]["seen"], untouched[case]["seen"])
        for case in untouched
        if direct[case]["seen"] != untouched[case]["seen"]
        or outcome(direct[case]) != outcome(untouched[case])
    }
    assert not different


def outcome(case: dict[str, Any]) -> str:
    """As text: the members have an order, too."""
    return json.dumps(case["seen"]["outcome"])


def test_every_request_is_signed_right(direct: dict[str, dict[str, Any]]) -> None:
    signed = [
        one["is signed right"] for case in direct.values() for one in case["seen"]["requests"]
    ]
    assert len(signed) > 70
    assert all(signed)


def test_attempts_of_one_call_have_one_id_and_one_token(direct: dict[str, dict[str, Any]]) -> None:
    first, second = direct["a token that is added to a copy"]["seen"]["requests"][:2]
    assert first["body"] == second["body"]
    assert '"ClientRequestToken": "id' in first["body"]
    assert first["amz-sdk-invocation-id"] == second["amz-sdk-invocation-id"]


def test_only_what_is_ordinary_is_sent_directly(direct: dict[str, dict[str, Any]]) -> None:
    assert {case for case, one in direct.items() if not one["direct"]} == NOT_DIRECT


def test_of_a_request_that_is_tried_again_only_the_first_is_direct(
    direct: dict[str, dict[str, Any]],
) -> None:
    case = direct["broken until it gives up"]
    assert (case["direct"], len(case["seen"]["requests"])) == (1, 3)


@pytest.mark.parametrize(
    ("service", "operation", "varying"),
    [
        ("dynamodb", "GetItem", set()),
        ("dynamodb", "TransactWriteItems", set()),
        ("sqs", "SendMessage", set()),
        ("events", "PutEvents", {"EndpointId"}),
        ("kinesis", "PutRecord", {"StreamARN", "StreamId"}),
    ],
)
def test_the_parameters_that_may_change_the_endpoint_are_known(
    service: Any, operation: str, varying: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    # moto, which other tests import, adds a handler to every client; functions do not have it.
    own = [each for each in BUILTIN_HANDLERS if not type(each[1]).__module__.startswith("moto")]
    monkeypatch.setattr("botocore.handlers.BUILTIN_HANDLERS", own)
    client: Any = boto3.Session("key", "secret", region_name="us-east-2").client(service)
    plan = call_plans.plan_of(client, operation)
    assert plan is not None
    assert plan.varying == varying


def test_what_is_done_here_is_as_it_was_reviewed() -> None:
    methods = [vars(owner)[name] for owner, name in call_plans.involved() if owner is not socket]
    handlers = [
        _imported(name)
        for names in call_plans.REVIEWED.values()
        for name in sorted(names)
        if not name.startswith("aws_lambda_powertools")
    ]
    sources = [inspect.getsource(one) for one in methods + handlers if inspect.isroutine(one)]
    found = hashlib.sha256("\n".join(sources).encode()).hexdigest()[:16]
    assert found == "9a69aed92b3b4359", f"They have changed: read them, then write {found} here"


def _imported(name: str) -> Any:
    """A function or method by its full name."""
    module, _, rest = name.rpartition(".")
    if module.rpartition(".")[2][0].isupper():
        module, _, owner = module.rpartition(".")
        return vars(getattr(importlib.import_module(module), owner))[rest]
    return getattr(importlib.import_module(module), rest)
