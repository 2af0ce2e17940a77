"""Parses a plan as printed by `terraform show -json`.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Action(Enum):
    """The planned action for a resource. A replacement destroys it, before or after the new one."""

    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DESTROY = "destroy"


@dataclass(frozen=True)
class Change:
    """The planned change of one resource; `after` are the attributes known before the apply."""

    address: str
    kind: str
    action: Action
    after: Mapping[str, Any]

    @property
    def destroys(self) -> bool:
        """Whether the current resource and its contents are destroyed."""
        return self.action in (Action.DESTROY, Action.REPLACE)


def read(plan: Mapping[str, Any]) -> list[Change]:
    """Returns every change of a plan, by address, without reads and unchanged resources."""
    changes = (_change(resource) for resource in plan.get("resource_changes", ()))
    return sorted((change for change in changes if change), key=lambda change: change.address)


def _change(resource: Mapping[str, Any]) -> Change | None:
    action = _action(resource["change"]["actions"])
    if action is None or resource["mode"] != "managed":
        return None
    return Change(resource["address"], resource["type"], action, resource["change"]["after"] or {})


def _action(actions: list[str]) -> Action | None:
    if {"create", "delete"} <= set(actions):
        return Action.REPLACE
    known = {"create": Action.CREATE, "update": Action.CHANGE, "delete": Action.DESTROY}
    return known.get(actions[0])
