"""A plan as values, from what `terraform show -json` prints.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Action(Enum):
    """What becomes of a resource. A replacement destroys it first or last, but it destroys it."""

    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DESTROY = "destroy"


@dataclass(frozen=True)
class Change:
    """What is planned for one resource; `after` is what is known of it before the apply."""

    address: str
    kind: str
    action: Action
    after: Mapping[str, Any]

    @property
    def destroys(self) -> bool:
        """Whether what is there now, and what is in it, is gone afterwards."""
        return self.action in (Action.DESTROY, Action.REPLACE)


def read(plan: Mapping[str, Any]) -> list[Change]:
    """Every change of a plan, by address. What stays as it is or is only read is none."""
    told = (_change(said) for said in plan.get("resource_changes", ()))
    return sorted((change for change in told if change), key=lambda change: change.address)


def _change(said: Mapping[str, Any]) -> Change | None:
    action = _action(said["change"]["actions"])
    if action is None or said["mode"] != "managed":
        return None
    return Change(said["address"], said["type"], action, said["change"]["after"] or {})


def _action(actions: list[str]) -> Action | None:
    if {"create", "delete"} <= set(actions):
        return Action.REPLACE
    known = {"create": Action.CREATE, "update": Action.CHANGE, "delete": Action.DESTROY}
    return known.get(actions[0])
