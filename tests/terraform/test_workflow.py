"""The workflow's definition, filled in as Terraform fills it in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.asl import DEFINITION, MODULE, STATES, TEMPLATE

TASKS = sorted(name for name, state in STATES.items() if state["Type"] == "Task")


def test_terraform_fills_in_every_placeholder_and_no_other() -> None:
    call = re.search(r"templatefile\(.*?\{(.*?)\}\)", (MODULE / "main.tf").read_text(), re.DOTALL)

    assert call
    given = set(re.findall(r"^\s*(\w+)\s*=", call[1], re.MULTILINE))
    assert given == set(re.findall(r"\$\{(\w+)\}", TEMPLATE))


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_a_timeout(name: str) -> None:
    assert 0 < STATES[name]["TimeoutSeconds"] <= 60


@pytest.mark.parametrize("name", TASKS)
def test_every_task_retries_with_growing_pauses_and_jitter(name: str) -> None:
    retries = [retry for retry in STATES[name]["Retry"] if retry.get("MaxAttempts") != 0]

    assert retries
    for retry in retries:
        assert retry["BackoffRate"] > 1
        assert retry["JitterStrategy"] == "FULL"


@pytest.mark.parametrize("name", TASKS)
def test_every_task_catches_what_nobody_thought_of(name: str) -> None:
    assert STATES[name]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


def test_every_state_can_be_reached_and_every_next_one_exists() -> None:
    reached: set[str] = set()
    waiting = {DEFINITION["StartAt"]}
    while waiting:
        reached |= waiting
        waiting = {after for name in waiting for after in following(STATES[name])} - reached

    assert reached == set(STATES)


def test_only_what_may_not_have_been_given_back_waits_for_somebody() -> None:
    """An order whose end could not be written has nothing that hangs: it is not in the queue."""
    leading = {name for name, state in STATES.items() if "QueueCompensation" in following(state)}

    assert leading == {"IsEverythingGivenBack"}


def following(state: dict[str, Any]) -> set[str]:
    branches = [state, *state.get("Catch", []), *state.get("Choices", [])]
    named = {branch["Next"] for branch in branches if "Next" in branch}
    return named | ({state["Default"]} if "Default" in state else set())
