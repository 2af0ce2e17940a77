"""Parameter Store and KMS."""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)


def ssm(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on each parameter or path; that on a path includes the parameters below it."""
    names = params.get("Names") or [params.get("Name") or params.get("Path")]
    if "Parameter" not in operation or not all(names):
        return None
    return [Permission(f"ssm:{operation}", _parameter(name, place)) for name in names]


def _parameter(name: str, place: Place) -> str:
    return place.named("ssm", "parameter" if name.startswith("/") else "parameter/", name)


def kms(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the key. Raises NotUnderstood for an alias, and to encrypt without an ID."""
    key = params.get("KeyId")
    if key and ":alias/" not in key and not key.startswith("alias/"):
        return [Permission(f"kms:{operation}", place.named("kms", "key/", key))]
    if key or operation.endswith(("crypt", "cryptFrom", "cryptTo")):
        raise NotUnderstood(f"kms:{operation} can be checked only with the ID or ARN of a key")
    return None
