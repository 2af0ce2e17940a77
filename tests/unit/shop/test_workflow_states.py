"""The states of the workflow, wherever they are listed: a state that one list lacks fails here.

The definition (workflow.asl.json) is the one that counts; each test says what lacks which state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from checkout import task_runner
from checkout.domain.errors import CAUGHT_BY_NAME, CheckoutError
from checkout.domain.order import REJECTIONS
from checkout.task_runner import Task
from lab.core import paths
from lab.shop import order_views
from tests import asl
from tests.asl import FUNCTIONS
from tests.chaos import test_fault_matrix as matrix
from tests.unit.shop.api import DOCUMENT

MONITORING = (asl.MODULE / "monitoring.tf").read_text("utf-8")
SWITCH = DOCUMENT["components"]["schemas"]["Simulate"]["properties"]


def tasks_of_handlers() -> dict[str, str]:
    """Every task that a handler serves, with the handler's package."""
    packages = sorted(file.parent.name for file in paths.FUNCTIONS.glob("*/handler.py"))
    modules = {package: import_module(f"{package}.handler") for package in packages}
    return {
        task: name for name, module in modules.items() for task in vars(module).get("TASKS", ())
    }


def steps_of_the_dashboard() -> list[str]:
    found = re.search(r"^ +steps += \[(.*?)\]", MONITORING, re.MULTILINE | re.DOTALL)
    assert found
    return re.findall(r'"(\w+)"', found[1])


@pytest.mark.parametrize(
    ("place", "states"),
    [
        pytest.param("the handlers' TASKS", list(tasks_of_handlers()), id="handlers"),
        pytest.param("Simulate.fail in openapi.json", SWITCH["fail"]["enum"], id="failure switch"),
        pytest.param("tests/chaos/test_fault_matrix.py", matrix.STATES, id="fault matrix"),
        pytest.param("steps in monitoring.tf", steps_of_the_dashboard(), id="dashboard"),
        pytest.param(
            "the ways through the workflow in tests/asl.py",
            [
                *asl.chain(asl.DEFINITION["StartAt"]),
                *asl.COMPENSATION,
                *asl.REJECTION,
                *asl.FAILURE,
            ],
            id="ways",
        ),
    ],
)
def test_every_state_that_a_function_serves_is_in(place: str, states: list[str]) -> None:
    assert sorted(states) == sorted(FUNCTIONS), f"{place} is not what workflow.asl.json has"


def test_each_task_is_sent_to_the_function_that_serves_it() -> None:
    assert tasks_of_handlers() == FUNCTIONS


def test_the_fault_matrix_has_every_state_with_every_fault_once_and_for_good() -> None:
    faults = SWITCH["how"]["enum"]
    cases = {(case.state, case.fault, case.times) for case in matrix.CASES}
    assert cases == {(s, f, t) for s in FUNCTIONS for f in faults for t in (1, matrix.FOR_GOOD)}


def test_a_failure_switch_may_come_after_each_step_forward() -> None:
    assert SWITCH["after"]["enum"] == list(asl.FORWARD)


def test_what_gives_back_is_drawn_as_such() -> None:
    assert set(asl.COMPENSATION) == order_views.COMPENSATIONS


def test_the_steps_that_may_reject_an_order_are_those_that_the_alarms_leave_out() -> None:
    """Of these functions errors, the rejections are no reason for an alarm."""
    found = re.search(r"rejecting_steps = \{(.*?)\}", MONITORING, re.DOTALL)
    assert found
    listed = {name.replace("-", "_"): s for name, s in re.findall(r'(\S+) += "(\w+)"', found[1])}
    rejecting = {
        name: state
        for state, name in FUNCTIONS.items()
        if any(e.get("ErrorEquals") != ["States.ALL"] for e in asl.STATES[state]["Catch"])
        and state in asl.FORWARD
    }
    assert listed == rejecting


@pytest.mark.parametrize("state", asl.STATES)
def test_the_picture_of_the_architecture_has_every_state(state: str) -> None:
    picture = ElementTree.parse(paths.ROOT / "docs" / "architecture.svg")
    said = " ".join(text for text in picture.getroot().itertext())
    assert re.search(rf"\b{state}\b", said), f"docs/architecture.svg lacks {state}"


def names(kinds: Iterable[type[Exception]]) -> set[str]:
    return {kind.__name__ for kind in kinds}


def test_the_workflow_names_the_errors_that_have_a_name_to_it() -> None:
    assert set(asl.errors()) == names(CAUGHT_BY_NAME)


def test_the_workflow_rejects_an_order_for_the_errors_that_have_a_code() -> None:
    to_reject = {
        error
        for state in asl.FORWARD
        for rule in asl.STATES[state]["Catch"]
        if rule["ErrorEquals"] != ["States.ALL"]
        for error in rule["ErrorEquals"]
    }
    assert to_reject == names(REJECTIONS)
    assert set(REJECTIONS) <= set(CAUGHT_BY_NAME)


def test_the_workflow_rejects_after_a_release_what_it_released_for_a_rejection() -> None:
    """What was caught where something was held already: the choice must know it again."""
    choices = asl.STATES["IsEverythingGivenBack"]["Choices"]
    chosen = {c["StringEquals"] for c in choices if c.get("Variable") == "$.error.Error"}
    released = {
        error
        for state in asl.FORWARD
        for rule in asl.STATES[state]["Catch"]
        if rule["Next"] in asl.COMPENSATION and rule["ErrorEquals"] != ["States.ALL"]
        for error in rule["ErrorEquals"]
    }
    assert chosen == released


@pytest.mark.parametrize("kind", [*CAUGHT_BY_NAME])
def test_a_kind_of_a_known_error_is_raised_by_the_known_name(kind: type[CheckoutError]) -> None:
    """Step Functions looks at the name of an error's class, and at no base class."""
    special: Any = type("Special", (kind,), {"__init__": lambda self: self.__dict__.update(x=1)})

    def fail(_task: Task) -> None:
        raise special

    settings: Any = SimpleNamespace(environment="dev", failure_switches=False)
    event = {"task": "ReserveStock", "orderId": "ord_1", "attempt": 0}
    with pytest.raises(kind) as raised:
        task_runner.run(event, {"ReserveStock": fail}, settings)
    assert type(raised.value) is kind
    assert vars(raised.value)["x"] == 1
