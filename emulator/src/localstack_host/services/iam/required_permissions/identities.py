"""IAM: what is attached to a role or user, and the boundary that it has, are condition keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""

from __future__ import annotations

from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions import generic
from localstack_host.services.iam.required_permissions.action_table import action_of, takes_key
from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

BOUNDARY = "iam:permissionsboundary"
# Operations that ask for the boundary in the request; others ask for that of the role or user.
GIVING = ("CreateRole", "CreateUser", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary")
NAMES = {"RoleName": "role", "UserName": "user", "GroupName": "group"}


def iam(operation: str, params: Params, place: Place) -> Permissions | None:
    """The general rule's permissions, on an identity with its path, with the keys of IAM."""
    if operation == "GetUser" and "UserName" not in params and not place.user:
        return []  # a role is no user, which IAM says
    params = _with_user(operation, params, place)
    if NAMES.keys().isdisjoint(params):
        return None
    found = generic.needs("iam", operation, params, place)
    keys = _keys(operation, params, place)
    return [_in_path(need.with_keys(keys), params, place) for need in found]


def _with_user(operation: str, params: Params, place: Place) -> Params:
    """The parameters; a request about a user that names none is about the caller.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
    """
    if params.get("UserName") or not _is_about_a_user(operation):
        return params
    user = place.user
    if operation == "GetAccessKeyLastUsed":
        user = stored.user_of_key(place.account, params["AccessKeyId"]) or user
    return {**params, "UserName": user} if user else params


def _is_about_a_user(operation: str) -> bool:
    action = action_of("iam", operation)
    return action is not None and [kind["name"] for kind in action["resourceTypes"]] == ["user"]


def _in_path(need: Permission, params: Params, place: Place) -> Permission:
    """A permission on an identity by its ARN, whose path the request has if it is new."""
    head, _, named = need.resource.partition("::")
    kind, _, name = named.partition(":")[2].partition("/")
    if kind not in NAMES.values():
        return need
    found = stored.identity(place.account, kind, name)
    path = params.get("Path") or "/"
    resource = found.arn if found else f"{head}::{place.account}:{kind}{path}{name}"
    return Permission(need.action, str(resource), need.keys)


def _keys(operation: str, params: Params, place: Place) -> Keys:
    boundary = None
    if operation in GIVING:
        boundary = params.get("PermissionsBoundary")
    elif takes_key("iam", operation, "iam:PermissionsBoundary"):
        name = next(n for n in ("RoleName", "UserName") if params.get(n))
        boundary = stored.boundary_of(place.account, NAMES[name], params[name])
    named = {BOUNDARY: boundary, "iam:policyarn": params.get("PolicyArn")}
    return tuple((key, (value,)) for key, value in named.items() if value)
