"""Which version of each function callers get, and the way back to another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import code_swap

Versions = dict[str, str]
"""By short name of a function (`checkout-api`), the number of a version (`"7"`)."""


def live(target: Target) -> Versions:
    """The version that callers get of each function that is deployed; a canary is not counted."""
    aliases = {name: _alias(target, name) for name in code_swap.function_names()}
    return {name: alias["FunctionVersion"] for name, alias in aliases.items() if alias}


def roll_back(target: Target, before: Mapping[str, str]) -> list[str]:
    """Gives callers these versions again and ends every canary; names the functions it changed.

    A function that was not there before stays as it is. The code that was taken back is still what
    Terraform's configuration says: its next apply brings it again.
    Raises LabError if a version is gone, before anything is changed.
    """
    outdated = [name for name in before if _has_moved(_alias(target, name), before[name])]
    for name in outdated:
        _require_version(target, name, before[name])
    for name in outdated:
        _move(target, name, before[name])
    return outdated


def complete(target: Target) -> Versions:
    """Gives all callers the version of each canary; the versions of the functions that had one."""
    found = {name: _canary(_alias(target, name)) for name in code_swap.function_names()}
    canaries = {name: version for name, version in found.items() if version}
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
        found = target.client("lambda").get_alias(
            FunctionName=target.named(name), Name=code_swap.ALIAS
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return dict(found)


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
