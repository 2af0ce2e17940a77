"""Parameter Store and KMS."""

from __future__ import annotations

from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions.permission import (
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)

TAGGING = ("AddTagsToResource", "ListTagsForResource", "RemoveTagsFromResource")
# Managed instances are `mi-…`; the others are called as in their ARNs.
TAGGED = {
    "Document": "document/",
    "MaintenanceWindow": "maintenancewindow/",
    "OpsItem": "opsitem/",
    "OpsMetadata": "opsmetadata/",
    "Parameter": "parameter",
    "PatchBaseline": "patchbaseline/",
    "ManagedInstance": "managed-instance/",
}
ON_ALIAS = ("CreateAlias", "DeleteAlias", "UpdateAlias")
WITH_CIPHERTEXT = ("crypt", "cryptFrom", "cryptTo")


def ssm(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on each parameter or path; that on a path includes the parameters below it."""
    if operation in TAGGING and params["ResourceType"] in TAGGED:
        kind, name = TAGGED[params["ResourceType"]], params["ResourceId"]
        arn = _parameter(name, place) if kind == "parameter" else place.named("ssm", kind, name)
        return [Permission(f"ssm:{operation}", arn)]
    names = params.get("Names") or [params.get("Name") or params.get("Path")]
    if "Parameter" not in operation or not all(names):
        return None
    asked = [Permission(f"ssm:{operation}", _parameter(name, place)) for name in names]
    return [*asked, *_with_key(operation, params, names, place)]


def _parameter(name: str, place: Place) -> str:
    return place.named("ssm", "parameter" if name.startswith("/") else "parameter/", name)


def _with_key(operation: str, params: Params, names: list[str], place: Place) -> list[Permission]:
    """Parameter Store uses a customer's key in the name of the caller.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
    """
    if params.get("WithDecryption"):
        keys = [stored.key_of_parameter(place.account, place.region, _plain(n)) for n in names]
        return [via("kms:Decrypt", key, "ssm", place) for key in keys if key]
    if operation == "PutParameter" and params.get("KeyId"):
        return [via("kms:Encrypt", params["KeyId"], "ssm", place)]
    return []


def _plain(name: str) -> str:
    """The name of a parameter, without its version or label, or out of its ARN."""
    return name.partition(":parameter")[2] if name.startswith("arn:") else name.partition(":")[0]


def via(action: str, key: str, service: str, place: Place) -> Permission:
    """A permission on a key that a service uses in the name of the caller."""
    keys = (("kms:viaservice", (f"{service}.{place.region}.amazonaws.com",)),)
    return Permission(action, key_arn(key, place), keys)


def kms(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the key, also if an alias names it, and on the alias that is changed."""
    action = f"kms:{operation}"
    if operation in ON_ALIAS:
        return [*_of_alias(action, params, place)]
    if key := params.get("KeyId"):
        return [Permission(action, key_arn(key, place))]
    if operation.endswith(WITH_CIPHERTEXT):
        raise NotUnderstood(f"{action} can be checked only with the ID, ARN or alias of a key")
    return None


def _of_alias(action: str, params: Params, place: Place) -> list[Permission]:
    """The alias, its key, and the key that it had: each of them is asked for.

    https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
    """
    alias = params["AliasName"]
    before = stored.key_of_alias(place.account, place.region, alias)
    keys = [key for key in (before, params.get("TargetKeyId")) if key]
    arns = [key_arn(key, place) for key in keys]
    return [Permission(action, arn) for arn in (place.named("kms", "", alias), *arns)]


def key_arn(key: str, place: Place) -> str:
    """The ARN of a key, by its ID, ARN or alias; of an alias that does not exist, its own."""
    alias = key.rpartition(":")[2] if ":alias/" in key else key
    if not alias.startswith("alias/"):
        return place.named("kms", "key/", key)
    found = stored.key_of_alias(place.account, place.region, alias)
    return place.arn("kms", f"key/{found}" if found else alias)
