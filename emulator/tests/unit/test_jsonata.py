"""JSONata in state machines: values, errors, and expressions that do not end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.stepfunctions.jsonata import evaluation, workers
from localstack_host.services.stepfunctions.jsonata.program import respond


def _respond(expression: str, **variables: Any) -> dict[str, Any]:
    return respond({"expression": expression, "variables": variables})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("10 / 4", 2.5),
        ("10 / 5", 2),
        ("null", None),
        ("[]", []),
        ("$sum($items.price)", 30),
        ("$items[price > 10].name", "b"),
        ("$items[price > 10].name[]", ["b"]),
        ("$nothing = null", True),
        ("$quoted & '!'", 'say "hi"\n!'),
        ("{'a': [null, {'b': null}]}", {"a": [None, {"b": None}]}),
        ("$partition([1..7], 3)", [[1, 2, 3], [4, 5, 6], [7]]),
        ("$partition([1], 4)", [[1]]),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$range(3, 1, 1)", []),
        ("$range(3, 3, 1)", 3),
        ("$hash('a', 'SHA-1')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("$hash('a', 'MD5')", "0cc175b9c0f1b6a831c399e269772661"),
        ("$random(7) = $random(7)", True),
        ("$random() = $random()", False),
        ("$random(42)", 0.7275636800328681),
        ("1 / 0", "Infinity"),
        ("[-1 / 0, 0 / 0]", ["-Infinity", "NaN"]),
        ("5.5 % 2", 1.5),
        ("$length($uuid())", 36),
        ("""$parse('{"a": [1, null]}')""", {"a": [1, None]}),
    ],
)
def test_an_expression_has_its_value(expression: str, value: Any) -> None:
    items = [{"name": "a", "price": 10}, {"name": "b", "price": 20}]
    response = _respond(expression, items=items, nothing=None, quoted='say "hi"\n')
    assert response == {"value": value}


@pytest.mark.parametrize("expression", ["$missing", "$items.missing", "[1][5]", "$lookup({}, 'a')"])
def test_what_is_not_there_is_undefined(expression: str) -> None:
    assert _respond(expression, items={}) == {"undefined": True}


@pytest.mark.parametrize(
    "expression", ["function($x) {$x}", "$sum", "/a/", "{'f': $sum}", "[$sum]"]
)
def test_a_function_is_no_value(expression: str) -> None:
    assert _respond(expression) == {"unsupported": True}


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("$randomSeeded(1)", "T1006: Attempted to invoke a non-function"),
        ("$eval('1')", "T1006: Attempted to invoke a non-function"),
        ("'a' + 1", 'T2001: The left side of the "+" operator must evaluate to a number'),
        (
            "$uppercase(1)",
            'T0410: Argument 1 of function "uppercase" does not match function signature',
        ),
        ("$error('no stock')", "D3137: no stock"),
        ("(1", 'S0203: Expected ")" before end of expression'),
        ("$hash('a', 'SHA-3')", "D3137: The second argument of the hash function must be one of"),
        ("$range(1, 2, 0)", "D3137: The third argument of the range function must not be 0"),
        ("$parse('{')", "D3137: The argument of the parse function must be JSON"),
    ],
)
def test_an_error_has_jsonatas_code_and_words(expression: str, error: str) -> None:
    assert _respond(expression)["error"].startswith(f". {error}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("+".join("1" * 100), 100),
        ("$count([1..873782])", 873782),
        ("($f := function($n) {$n = 0 ? 'done' : $f($n - 1)}; $f(5000))", "done"),
    ],
)
def test_what_aws_evaluates_is_within_the_limits(expression: str, value: Any) -> None:
    assert _respond(expression) == {"value": value}


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("+".join("1" * 102), "Stack overflow error"),
        ("($f := function($x) {1 + $f($x)}; $f(1))", "Stack overflow error"),
        ("[1..900000] ~> $count()", "memory limit exceeded"),
        (
            "($f := function($s, $n) {$n = 0 ? $s : $f($s & $s, $n - 1)}; $length($f('x', 23)))",
            "memory limit exceeded",
        ),
    ],
)
def test_what_aws_refuses_to_evaluate_fails_without_a_code(expression: str, said: str) -> None:
    error = _respond(expression)["error"]
    assert error.startswith(": ")
    assert said in error


@pytest.mark.parametrize(
    ("expression", "response"),
    [
        ("$states.input.phone", {"references": []}),
        ("$states.input.items[value > 3].name", {"references": []}),
        ("$states.input.items^(>price)", {"references": []}),
        ("phone", {"references": ["phone"]}),
        ("$map($states.input.a, function($x) {b + $x})", {"references": ["b"]}),
        ("{a: 1, 'b': c.d}", {"references": ["a", "c"]}),
        ("[$, $$]", {"references": ["$", "$$"]}),
        ("$x ? -y : 'z' & $states.errorOutput.Cause", {"references": ["y", "$states.errorOutput"]}),
        ("1 +", {"error": "Unexpected end of expression"}),
        ("a[1,2)", {"error": 'Expected "]", got ","'}),
        ("'open", {"error": "String literal must be terminated by a matching quote"}),
        ("$match('a', /abc", {"error": "No terminating / in regular expression"}),
    ],
)
def test_a_parser_tells_what_a_definition_may_not_have(
    expression: str, response: dict[str, Any]
) -> None:
    assert respond([expression]) == [response]


def test_an_expression_may_be_evaluated_again_with_other_values() -> None:
    assert [_respond("$n * 2", n=n)["value"] for n in (1, 2, 3)] == [2, 4, 6]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[workers.Workers]:
    monkeypatch.setattr(workers, "TIMEOUT_S", 1.0)
    pool = workers.Workers(2)
    yield pool
    for worker in pool._idle:
        worker.end()


def _ask(pool: workers.Workers, expression: str) -> dict[str, Any]:
    return pool.ask(json.dumps({"expression": expression, "variables": {}}).encode())


@pytest.mark.parametrize(
    "expression",
    [
        "($f := function() {$f()}; $f())",
        f"$match('{'a' * 60}!', /(a+)+$/)",
        "$pad('', 9999999999)",
        "($f := function($s, $n) {$n = 0 ? $s : $f($s & $s, $n - 1)}; $length($f('abcdefgh', 40)))",
    ],
)
def test_a_runaway_expression_fails_and_the_next_one_is_evaluated(
    pool: workers.Workers, expression: str
) -> None:
    assert _ask(pool, "1 + 1") == {"value": 2}
    began = time.monotonic()
    assert "error" in _ask(pool, expression)
    assert time.monotonic() - began < 10
    assert _ask(pool, "1 + 1") == {"value": 2}


def test_a_process_that_dies_fails_its_expression_only(pool: workers.Workers) -> None:
    assert _ask(pool, "1") == {"value": 1}
    pool._idle[0]._process.kill()
    pool._idle[0]._process.wait()
    assert "error" in _ask(pool, "1")
    assert _ask(pool, "1") == {"value": 1}


def test_many_threads_share_a_few_processes(pool: workers.Workers) -> None:
    with ThreadPoolExecutor(8) as threads:
        values = list(threads.map(lambda n: _ask(pool, f"{n} * 2")["value"], range(40)))
    assert values == [n * 2 for n in range(40)]
    assert len(pool._idle) <= 2


def test_only_what_an_expression_names_is_sent() -> None:
    environment = SimpleNamespace(
        variable_store=SimpleNamespace(_outer_scope={"a": 1, "b": 2}, _inner_scope={"a": 3}),
        states=SimpleNamespace(_states_data={"input": {"x": 1}, "context": {"big": "…"}}),
    )
    named = evaluation._variables("$a + $states.input.x", environment)
    assert named == {"a": 3, "states": {"input": {"x": 1}}}
    assert "context" in evaluation._variables("$keys($states)", environment)["states"]


@pytest.mark.parametrize(
    ("location", "value", "said"),
    [
        (
            "Items",
            {"foo": "bar"},
            "Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}",
        ),
        ("Items", None, "Expected 'array', but was 'null' for value: null"),
        ("Choices[0]/Condition", "yes", "Expected 'boolean', but was 'string' for value: \"yes\""),
        ("TimeoutSeconds", True, "Expected 'number', but was 'boolean' for value: true"),
        ("Error", 1, "Expected 'string', but was 'number' for value: 1"),
    ],
)
def test_a_field_takes_values_of_its_type_only(location: str, value: Any, said: str) -> None:
    with pytest.raises(evaluation.QueryEvaluationError, match="unexpected result type") as raised:
        evaluation._check_type(value, location)
    assert str(raised.value).endswith(said)


@pytest.mark.parametrize(
    ("location", "least"),
    [("Seconds", 0), ("TimeoutSeconds", 1), ("HeartbeatSeconds", 1), ("MaxConcurrency", 0)],
)
def test_a_number_is_not_below_what_its_field_takes(location: str, least: int) -> None:
    evaluation._check_type(least, location)
    with pytest.raises(evaluation.QueryEvaluationError, match=f"below {least}"):
        evaluation._check_type(least - 1, location)


def test_a_field_may_take_a_second_type() -> None:
    evaluation._check_type({"foo": "bar"}, "Items", "object")


@pytest.mark.parametrize(
    "location", ["Output/Error", "Arguments/Items", "Assign/Seconds", "Output"]
)
def test_data_may_be_of_any_type(location: str) -> None:
    evaluation._check_type({"a": 1}, location)
