"""The table of docs/aws-permissions.md: what a person needs to apply and destroy an environment."""

from __future__ import annotations

import re

from lab.core.environment_settings import ENVIRONMENTS
from lab.core.markdown import table
from lab.core.naming import shop
from lab.go_live.permissions import needed, recorded

ENV = "ENV"
"""Stands for the name of the environment in ARNs."""

FEW = 2  # resources of an action that are told one by one


def permissions_table() -> str:
    """Each action, the environments that need it, and the resources that it is asked on."""
    environments = [name for name in ENVIRONMENTS if name in recorded()]
    by_action: dict[str, dict[str, tuple[str, ...]]] = {}
    for environment in environments:
        for one in needed(environment):
            by_action.setdefault(one.action, {})[environment] = one.resources
    rows = [
        [f"`{action}`", *("yes" if e in found else "" for e in environments), _resources(found)]
        for action, found in sorted(by_action.items())
    ]
    return table(["action", *environments, "on"], rows)


def _resources(found: dict[str, tuple[str, ...]]) -> str:
    named = {_general(arn, environment) for environment, arns in found.items() for arn in arns}
    if len(named) > FEW:
        named = {_shortened(arn) for arn in named}
    return "<br>".join(f"`{arn}`" for arn in sorted(named))


def _shortened(arn: str) -> str:
    """An ARN with `*` for what tells many resources of a kind apart."""
    shortened = re.sub(rf"({shop().name}[-/]{ENV}).*", r"\1*", arn)
    return re.sub(rf"(table/).*(-{ENV}).*", r"\1*\2*", shortened)


def _general(arn: str, environment: str) -> str:
    """An ARN without the name of the environment, and without the part that differs in it."""
    name = shop().name
    general = arn.replace(f"{name}-{environment}", f"{name}-{ENV}")
    general = general.replace(f"/{name}/{environment}/", f"/{name}/{ENV}/")
    general = general.replace(f"/stages/{environment}", f"/stages/{ENV}")
    return general.replace(f"-{environment}", f"-{ENV}")
