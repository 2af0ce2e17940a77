"""Lambda functions, and roles."""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

COLONS_WITHOUT_QUALIFIER = 6  # arn:aws:lambda:region:account:function:name
INVOCATIONS = ("Invoke", "InvokeAsync", "InvokeWithResponseStream")


def lambda_(operation: str, params: Params, place: Place) -> Permissions | None:
    """Invoking a function, with its alias or version, in any form of its name."""
    if operation not in INVOCATIONS:
        return None
    name = params["FunctionName"]
    if not name.startswith("arn:"):
        # Also `123456789012:function:name`, a partial ARN.
        name = place.arn("lambda", f"function:{name.rpartition('function:')[2]}")
    qualifier = params.get("Qualifier")
    if qualifier and name.count(":") == COLONS_WITHOUT_QUALIFIER:
        name = f"{name}:{qualifier}"
    return [Permission("lambda:InvokeFunction", name)]


def sts(operation: str, params: Params, _place: Place) -> Permissions | None:
    """Assuming a role. GetCallerIdentity requires no permission."""
    if operation == "GetCallerIdentity":
        return []
    if operation == "AssumeRole":
        return [Permission("sts:AssumeRole", params["RoleArn"], _assuming(params))]
    return None


def _assuming(params: Params) -> Keys:
    names = {"sts:externalid": "ExternalId", "sts:rolesessionname": "RoleSessionName"}
    return tuple((key, (params[name],)) for key, name in names.items() if params.get(name))
