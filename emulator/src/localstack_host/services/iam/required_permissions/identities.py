"""IAM: what is attached to a role, and the boundary that it has, are condition keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""

from __future__ import annotations

from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions import generic
from localstack_host.services.iam.required_permissions.action_table import takes_key
from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

BOUNDARY = "iam:permissionsboundary"
# Operations that ask for the boundary in the request; others ask for that of the role.
GIVING = ("CreateRole", "PutRolePermissionsBoundary")


def iam(operation: str, params: Params, place: Place) -> Permissions | None:
    """The general rule's permissions, on a role with its path, with the keys of IAM."""
    if operation == "GetUser" and "UserName" not in params:
        return []  # a role is no user, which IAM says
    if "RoleName" not in params:
        return None
    found = generic.needs("iam", operation, params, place)
    keys = _keys(operation, params, place)
    return [_in_path(need.with_keys(keys), params) for need in found]


def _in_path(need: Permission, params: Params) -> Permission:
    path = params.get("Path") or "/"
    resource = need.resource.replace(":role/", f":role{path}", 1)
    return Permission(need.action, resource, need.keys)


def _keys(operation: str, params: Params, place: Place) -> Keys:
    boundary = None
    if operation in GIVING:
        boundary = params.get("PermissionsBoundary")
    elif takes_key("iam", operation, "iam:PermissionsBoundary"):
        boundary = stored.boundary_of(place.account, params["RoleName"])
    named = {BOUNDARY: boundary, "iam:policyarn": params.get("PolicyArn")}
    return tuple((key, (value,)) for key, value in named.items() if value)
