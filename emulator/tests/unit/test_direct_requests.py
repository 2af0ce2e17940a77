"""A function's direct requests: what it sees and what is sent are the same as with botocore's."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from localstack_host.services.lambda_.zygote import direct_requests

CALLS = Path(__file__).with_name("botocore_calls.py")
NOT_DIRECT = {
    "a proxy",
    "a wrong parameter",
    "another endpoint",
    "another protocol than JSON",
    "debug messages",
    "a debug message of HTTP",
    "a method that is replaced",
    "debug messages of urllib3",
    "no credentials",
    "throttled, with adaptive retries",
    *(
        f"a handler of {event}"
        for event in ("request-created", "choose-signer", "before-sign", "before-send")
    ),
    *(f"a handler of {event}" for event in ("response-received", "before-parse", "needs-retry")),
}


def run(mode: str) -> dict[str, dict[str, Any]]:
    variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    variables |= {"BOTO_DISABLE_CRT": "true", "AWS_EC2_METADATA_DISABLED": "true"}
    ended = subprocess.run(
        [sys.executable, CALLS, mode], capture_output=True, text=True, env=variables, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return {one["case"]: one for one in json.loads(ended.stdout)}


@pytest.fixture(scope="module")
def direct() -> dict[str, dict[str, Any]]:
    return run("direct")


@pytest.fixture(scope="module")
def untouched() -> dict[str, dict[str, Any]]:
    return run("untouched")


def test_a_function_sees_and_sends_the_same(
    direct: dict[str, dict[str, Any]], untouched: dict[str, dict[str, Any]]
) -> None:
    assert len(direct) > 30
    different = {
        case: (direct[case]["seen"], untouched[case]["seen"])
        for case in untouched
        if direct[case]["seen"] != untouched[case]["seen"]
    }
    assert not different


def test_only_what_is_ordinary_is_sent_directly(direct: dict[str, dict[str, Any]]) -> None:
    assert {case for case, one in direct.items() if not one["direct"]} == NOT_DIRECT


def test_of_a_request_that_is_tried_again_only_the_first_is_direct(
    direct: dict[str, dict[str, Any]],
) -> None:
    case = direct["broken until it gives up"]
    assert (case["direct"], len(case["seen"]["requests"])) == (1, 3)


@pytest.mark.parametrize("token", [None, "a/token=="])
@pytest.mark.parametrize("body", [b"{}", '{"ü": "ü"}'.encode()])
def test_the_signature_is_right(
    token: str | None, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 27, 12, 30, 5)
    monkeypatch.setattr("botocore.compat.get_current_datetime", lambda: now)
    monkeypatch.setattr(auth, "get_current_datetime", lambda: now)
    signer = auth.SigV4Auth(ReadOnlyCredentials("key", "secret", token), "dynamodb", "us-east-2")
    headers = {"X-Amz-Target": "T.Get  Item ", "User-Agent": "x", "X-Amzn-Trace-Id": "Root=1"}
    request = AWSRequest("POST", "http://127.0.0.1:4566/", headers=headers, data=body)
    signer.add_auth(request)

    signed: dict[str, Any] = dict(headers)
    direct_requests.sign(signer, signed, "127.0.0.1:4566", body)

    assert signed == dict(request.headers.items())


def test_the_methods_whose_work_is_done_here_are_as_they_were_reviewed() -> None:
    sources = [
        inspect.getsource(vars(owner)[name])
        for owner, name in direct_requests.involved()
        if inspect.isfunction(vars(owner)[name]) and owner is not socket
    ]
    found = hashlib.sha256("\n".join(sources).encode()).hexdigest()[:16]
    assert found == "4846e56fe5c6f3a6", f"They have changed: read them, then write {found} here"
