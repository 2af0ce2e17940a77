"""The secret that signs customers' tokens; it is never in Terraform's state."""

from __future__ import annotations

import secrets

from lab.core.target import Target


def ensure_secret(target: Target) -> None:
    """Creates the environment's token secret, an encrypted parameter, unless it exists."""
    ssm = target.client("ssm")
    try:
        ssm.put_parameter(
            Name=_name(target),
            Value=secrets.token_urlsafe(48),
            Type="SecureString",
            Overwrite=False,
        )
    except ssm.exceptions.ParameterAlreadyExists:
        return


def delete_secret(target: Target) -> None:
    """Deletes the environment's token secret if it exists."""
    ssm = target.client("ssm")
    try:
        ssm.delete_parameter(Name=_name(target))
    except ssm.exceptions.ParameterNotFound:
        return


def _name(target: Target) -> str:
    return f"{target.settings_path}/auth/secret"
