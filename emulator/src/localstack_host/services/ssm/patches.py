"""The patches of moto's parameters: `secure_strings.py` encrypts them, not moto."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import replace


def apply_patches() -> None:
    """Applies the patches, when SSM is loaded."""
    from moto.ssm.models import Parameter

    replace(Parameter, "encrypt", as_it_is)
    replace(Parameter, "decrypt", as_it_is)


def as_it_is(_parameter: Any, value: str) -> str:
    """The value."""
    return value
