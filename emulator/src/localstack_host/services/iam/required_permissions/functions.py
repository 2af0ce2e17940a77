"""Lambda functions, and roles."""

from __future__ import annotations

import re

from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions import tags
from localstack_host.services.iam.required_permissions.action_table import action_of
from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

COLONS_WITHOUT_QUALIFIER = 6  # arn:aws:lambda:region:account:function:name
# Operations whose resource is the version or alias.
QUALIFIED = ("GetFunction", "GetFunctionConfiguration", "GetFunctionUrlConfig")
INVOCATIONS = ("Invoke", "InvokeAsync", "InvokeWithResponseStream")
MAPPING = "EventSourceMapping"
# What LocalStack's STS accepts as a role's ARN, and as the name of a session.
ROLE = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:[^:]+$")
SESSION = re.compile(r"[\w+=,.@-]*$")


def lambda_(operation: str, params: Params, place: Place) -> Permissions | None:
    """A function, with its alias or version, in any form of its name; or a mapping to one."""
    if operation.endswith(MAPPING):
        return [_mapping(operation, params, place)]
    name = params.get("FunctionName")
    if operation in INVOCATIONS:
        return [
            Permission("lambda:InvokeFunction", _function(params["FunctionName"], params, place))
        ]
    if name and (action := action_of("lambda", operation)) and action["resourceTypes"]:
        function = _function(name, params if operation in QUALIFIED else {}, place)
        return [Permission(f"lambda:{action['name']}", function, _granted(operation, params))]
    return None


def _mapping(operation: str, params: Params, place: Place) -> Permission:
    """A permission on a mapping, with its function as a condition key; a new one has no ARN."""
    uuid, name = params.get("UUID"), params.get("FunctionName")
    function = _function(name, {}, place) if name else None
    if uuid and not function:
        function = stored.function_of_mapping(place.account, place.region, uuid)
    keys: Keys = (("lambda:functionarn", (function,)),) if function else ()
    resource = place.arn("lambda", f"event-source-mapping:{uuid}") if uuid else "*"
    return Permission(f"lambda:{operation}", resource, keys)


def _function(name: str, params: Params, place: Place) -> str:
    if not name.startswith("arn:"):
        # Also `123456789012:function:name`, a partial ARN.
        name = place.arn("lambda", f"function:{name.rpartition('function:')[2]}")
    qualifier = params.get("Qualifier")
    if qualifier and name.count(":") == COLONS_WITHOUT_QUALIFIER:
        name = f"{name}:{qualifier}"
    return name


def _granted(operation: str, params: Params) -> Keys:
    principal = params.get("Principal") if operation == "AddPermission" else None
    return (("lambda:principal", (principal,)),) if principal else ()


def sts(operation: str, params: Params, place: Place) -> Permissions | None:
    """Assuming a role. Others only authenticate, and require no permission.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
    """
    if operation in ("GetCallerIdentity", "GetSessionToken"):
        return []
    if operation == "AssumeRole":
        session = params.get("RoleSessionName", "")
        if not ROLE.match(params["RoleArn"]) or not SESSION.match(session):
            return []  # STS says what is invalid, before it asks anybody
        needs = [Permission("sts:AssumeRole", params["RoleArn"], _assuming(params, place))]
        return [*needs, *_tagging(params["RoleArn"], params)]
    if operation == "GetFederationToken":
        user = f"arn:{place.partition}:sts::{place.account}:federated-user/{params['Name']}"
        return [Permission("sts:GetFederationToken", user), *_tagging(user, params)]
    return None


def _tagging(resource: str, params: Params) -> Permissions:
    """Tags of a session want a permission of their own, for a role in its trust policy, too.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    keys = tags.keys_of(tags.tags_of(params), params)
    return [Permission("sts:TagSession", resource, keys)] if keys else []


def _assuming(params: Params, place: Place) -> Keys:
    names = {"sts:externalid": "ExternalId", "sts:rolesessionname": "RoleSessionName"}
    keys = tuple((key, (params[name],)) for key, name in names.items() if params.get(name))
    serial = params.get("SerialNumber")
    if serial and place.user and stored.has_mfa_device(place.account, place.user, serial):
        keys += (("aws:multifactorauthpresent", ("true",)), ("aws:multifactorauthage", ("0",)))
    return keys
