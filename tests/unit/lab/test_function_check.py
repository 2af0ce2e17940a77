"""`lab doctor` invokes a function, and says in words what came of it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from lab.cli import function_check
from lab.cli.doctor import function_result
from lab.cli.function_check import Invocation, Result

LOG = "/home/.lab/emulator.log"
EXIT = {"errorType": "Runtime.ExitError", "errorMessage": "'NoneType' object has no attribute"}


class Client:
    """A Lambda client that returns this payload."""

    def __init__(self, payload: Any) -> None:
        self._payload = payload

    def invoke(self, **_arguments: Any) -> dict[str, Any]:
        return {"Payload": io.BytesIO(json.dumps(self._payload).encode())}


def test_a_function_that_returns_200_has_no_problem() -> None:
    assert function_check._invoke(Client({"statusCode": 200}), "f", "f").problem == ""


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (EXIT, "Runtime.ExitError: 'NoneType' object has no attribute"),
        ({"statusCode": 500}, 'it returned {"statusCode": 500}'),
        (None, "it returned null"),
        ("x" * 300, f'it returned "{"x" * 187}…'),
    ],
)
def test_any_other_result_is_a_problem_in_words(payload: Any, problem: str) -> None:
    assert function_check._invoke(Client(payload), "f", "f").problem == problem


def test_functions_that_run_are_ok() -> None:
    shop = Invocation("checkout-dev-checkout-api", 12.3)
    check = function_result(Result(True, shop, shop), LOG)
    assert (check.state, check.found) == ("ok", "checkout-dev-checkout-api answered in 12 ms")


def test_functions_that_cannot_run_fail_with_the_error_and_the_log() -> None:
    own = Invocation("a function of one line", problem="Runtime.ExitError: no")
    check = function_result(Result(False, own), LOG)
    assert check.state == "fail"
    assert check.found == "cannot run: a function of one line failed with Runtime.ExitError: no"
    assert LOG in check.remedy


def test_an_error_of_the_shops_own_code_is_no_failure_of_the_emulator() -> None:
    own = Invocation("a function of one line", 10)
    shop = Invocation("checkout-dev-checkout-api", problem="SyntaxError: x")
    check = function_result(Result(True, own, shop), LOG)
    assert check.state == "warn"
    assert "checkout-dev-checkout-api failed with SyntaxError: x" in check.found
