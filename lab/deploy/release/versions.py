"""The live version of each function, and rollbacks to another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import code_swap

Versions = dict[str, str]
"""The version number (`"7"`) by short name of a function (`checkout-api`)."""


def live(target: Target) -> Versions:
    """Returns the live version of each deployed function, without canaries."""
    aliases = {name: _alias(target, name) for name in code_swap.function_names()}
    return {name: alias["FunctionVersion"] for name, alias in aliases.items() if alias}


def roll_back(target: Target, before: Mapping[str, str]) -> list[str]:
    """Restores these versions and ends every canary; returns the functions that it changed.

    A function that did not exist before is not changed. Terraform's configuration still has the
    newer code: its next apply deploys it again.
    Raises LabError if a version is deleted, before anything is changed.
    """
    outdated = [name for name in before if _has_moved(_alias(target, name), before[name])]
    for name in outdated:
        _require_version(target, name, before[name])
    for name in outdated:
        _move(target, name, before[name])
    return outdated


def complete(target: Target) -> Versions:
    """Shifts all traffic to each canary; returns the versions of the functions that had one."""
    versions = {name: _canary(_alias(target, name)) for name in code_swap.function_names()}
    canaries = {name: version for name, version in versions.items() if version}
    for name, version in canaries.items():
        _move(target, name, version)
    return canaries


def _move(target: Target, name: str, version: str) -> None:
    target.client("lambda").update_alias(
        FunctionName=target.named(name),
        Name=code_swap.ALIAS,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )


def _canary(alias: dict[str, Any] | None) -> str | None:
    weights = (alias or {}).get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return next(iter(weights), None)


def _has_moved(alias: dict[str, Any] | None, version: str) -> bool:
    if alias is None:
        return False
    return _canary(alias) is not None or alias["FunctionVersion"] != version


def _alias(target: Target, name: str) -> dict[str, Any] | None:
    try:
        alias = target.client("lambda").get_alias(
            FunctionName=target.named(name), Name=code_swap.ALIAS
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return dict(alias)


def _require_version(target: Target, name: str, version: str) -> None:
    try:
        target.client("lambda").get_function_configuration(
            FunctionName=target.named(name), Qualifier=version
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise LabError(
            f"There is no version {version} of {target.named(name)} to go back to.",
            "`lab release versions` shows what is live. Nothing was changed.",
        ) from error
