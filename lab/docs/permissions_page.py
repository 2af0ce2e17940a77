"""The table of docs/aws-permissions.md: what a person needs to apply and destroy an environment."""

from __future__ import annotations

from lab.core.environment_settings import ENVIRONMENTS
from lab.core.markdown import table
from lab.core.naming import shop
from lab.go_live.permissions import needed

ENV = "ENV"
"""Stands for the name of the environment in ARNs."""


def permissions_table() -> str:
    """Each action, the environments that need it, and the resources that it is asked on."""
    by_action: dict[str, dict[str, tuple[str, ...]]] = {}
    for environment in ENVIRONMENTS:
        for one in needed(environment):
            by_action.setdefault(one.action, {})[environment] = one.resources
    rows = [
        [f"`{action}`", *("yes" if e in found else "" for e in ENVIRONMENTS), _resources(found)]
        for action, found in sorted(by_action.items())
    ]
    return table(["action", *ENVIRONMENTS, "on"], rows)


def _resources(found: dict[str, tuple[str, ...]]) -> str:
    named = {_general(arn, environment) for environment, arns in found.items() for arn in arns}
    return "<br>".join(f"`{arn}`" for arn in sorted(named))


def _general(arn: str, environment: str) -> str:
    """An ARN without the name of the environment, and without the part that differs in it."""
    name = shop().name
    general = arn.replace(f"{name}-{environment}", f"{name}-{ENV}")
    general = general.replace(f"/{name}/{environment}/", f"/{name}/{ENV}/")
    return general.replace(f"-{environment}", f"-{ENV}")
