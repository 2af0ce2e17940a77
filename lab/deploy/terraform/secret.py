"""The secret that customers' tokens are signed with: never in Terraform's state."""

from __future__ import annotations

import secrets

from lab.core.target import Target


def ensure_secret(target: Target) -> None:
    """Makes the environment's token secret unless there is one, as an encrypted parameter."""
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
    """Deletes the environment's token secret if there is one."""
    ssm = target.client("ssm")
    try:
        ssm.delete_parameter(Name=_name(target))
    except ssm.exceptions.ParameterNotFound:
        return


def _name(target: Target) -> str:
    return f"{target.settings_path}/auth/secret"
