"""Tags in a request: condition keys, and the action that tagging at creation needs besides.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.iam.required_permissions.action_table import action_of, takes_key
from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

PARAMETERS = (
    "Tags",
    "tags",
    "TagList",
    "TagsList",
    "ResourceTags",
    "BackupPlanTags",
    "BackupVaultTags",
    "UserPoolTags",
)
REMOVED = ("TagKeys", "tagKeys", "TagKeyList")
# The tagging action of a service; `Tag…` of IAM names the kind of resource.
ACTIONS = ("TagResource", "AddTagsToResource", "TagQueue", "AddTags")
TAGGING = ("Tag", "AddTags", "Untag", "RemoveTags")
CREATING = ("Create", "Put", "Import", "Publish")
# S3 has a call of its own for tags, and API Gateway asks for a tag as for another resource.
OTHERWISE = ("apigateway", "s3")
REQUEST_TAG = "aws:RequestTag/${TagKey}"
# What is created has an ARN, though creating it is asked on `*`.
CREATED = {
    "kms:CreateKey": "key/*",
    "lambda:CreateEventSourceMapping": "event-source-mapping:*",
}


def added(
    prefix: str, operation: str, params: Params, needs: Permissions, place: Place
) -> Permissions:
    """The permissions with their tags as condition keys, and one more if a new one is tagged."""
    tags = tags_of(params)
    keys = keys_of(tags, params)
    if not keys:
        return needs
    permissions = [_with(need, keys) for need in needs]
    if tags and prefix not in OTHERWISE and operation.startswith(CREATING):
        permissions += _at_creation(prefix, operation, permissions[0], keys, place)
    return permissions


def tags_of(params: Params) -> dict[str, str]:
    """The tags that a request sets."""
    values = [params[name] for name in PARAMETERS if params.get(name)]
    nested = [value for value in params.values() if isinstance(value, dict)]
    values += [level[name] for level in nested for name in PARAMETERS if level.get(name)]
    return {key: value for tags in values for key, value in _pairs(tags)}


def _pairs(tags: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tags, dict):
        yield from tags.items()
    for tag in tags if isinstance(tags, list) else ():
        named = {name.lower().removeprefix("tag"): value for name, value in tag.items()}
        yield named["key"], named.get("value") or ""


def keys_of(tags: dict[str, str], params: Params) -> Keys:
    """The condition keys of tags: each with its value, and all of their names."""
    removed = [key for name in REMOVED for key in params.get(name) or ()]
    names = (*tags, *removed)
    values = tuple((f"aws:requesttag/{key.lower()}", (value,)) for key, value in tags.items())
    return (*values, ("aws:tagkeys", names)) if names else ()


def _with(need: Permission, keys: Keys) -> Permission:
    prefix, _, name = need.action.partition(":")
    named = takes_key(prefix, name, REQUEST_TAG) or name.startswith(TAGGING)
    named = named or takes_key(prefix, name, "aws:TagKeys")
    return need.with_keys(keys) if named else need


def _at_creation(
    prefix: str, operation: str, first: Permission, keys: Keys, place: Place
) -> Iterator[Permission]:
    """The permission to tag the new resource, which is that of the first permission."""
    action = tagging_action(prefix, operation)
    created = CREATED.get(f"{prefix}:{operation}")
    if action:
        resource = place.arn(prefix, created) if created else first.resource
        yield Permission(f"{prefix}:{action}", resource, keys)


def tagging_action(prefix: str, operation: str) -> str:
    """The name of the action that tags what the operation creates; empty if there is none."""
    kind = next(operation.removeprefix(verb) for verb in CREATING if operation.startswith(verb))
    names = (*ACTIONS, f"Tag{kind}")
    return next((name for name in names if action_of(prefix, name)), "")
