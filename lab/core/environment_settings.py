"""Reads the settings of an environment from its terraform.tfvars."""

from __future__ import annotations

from typing import Any

from hcl2.api import loads

from lab.core import paths

ENVIRONMENTS = ("dev", "staging", "prod")


def settings_of(environment: str) -> dict[str, Any]:
    """The variables that an environment's terraform.tfvars sets, by name."""
    file = paths.TERRAFORM / "environments" / environment / "terraform.tfvars"
    settings: dict[str, Any] = loads(file.read_text())
    return settings
