"""What permissions depend on in the stores of services: keys, tables, mappings and roles.

Each function returns None, or nothing, for what does not exist: then the service says so.
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends

from embedded_dynamodb.tables.keys import KeySchema
from localstack_host.services.iam import policy_store
from localstack_host.services.iam.sessions import PARTITION, role_named, user_of


def key_of_alias(account: str, region: str, alias: str) -> str | None:
    """The ID of the key that `alias/NAME` stands for."""
    from localstack.services.kms.models import kms_stores

    found = kms_stores[account][region].aliases.get(alias)
    return str(found.metadata["TargetKeyId"]) if found else None


def partition_key(account: str, region: str, table: str, index: str | None = None) -> str | None:
    """The name of the first attribute of the partition key of a table, or of its index."""
    schema = key_schema(account, region, table, index)
    return schema.hash[0].name if schema else None


def key_schema(account: str, region: str, table: str, index: str | None = None) -> KeySchema | None:
    """The key of a table, or of its index.

    It is called with most requests, so it does not wait for the engine.
    """
    from localstack_host.services.dynamodb.provider import engine

    space = engine().store.spaces.get((account, region))
    found: Any = space.tables.get(table) if space else None
    found = found.indexes.get(index) if found and index else found
    schema: KeySchema | None = found.schema if found else None
    return schema


def function_of_mapping(account: str, region: str, uuid: str) -> str | None:
    """The ARN of the function of an event source mapping."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    found: Any = lambda_stores[account][region].event_source_mappings.get(uuid)
    return str(found["FunctionArn"]) if found else None


def identity(account: str, kind: str, name: str) -> Any | None:
    """The role, user or group (moto's) with a name; `kind` is which of them."""
    backend = iam_backends[account][PARTITION]
    if kind == "role":
        return role_named(account, f"arn:aws:iam::{account}:role/{name}")
    named: Any = backend.users if kind == "user" else backend.groups
    return named.get(name)


def boundary_of(account: str, kind: str, name: str) -> str | None:
    """The ARN of the permissions boundary of a role or user."""
    found = identity(account, kind, name)
    return policy_store.boundary_of(found) if found else None


def user_of_key(account: str, access_key: str) -> str | None:
    """The name of the user with an access key."""
    key: Any = iam_backends[account][PARTITION].access_keys.get(access_key)
    user = user_of(account, key) if key is not None and key.user_name else None
    return str(user.name) if user else None


def has_mfa_device(account: str, user: str, serial: str) -> bool:
    """Whether a user has enabled the device for multi-factor authentication with this number."""
    found = identity(account, "user", user)
    return found is not None and serial in found.mfa_devices


def key_of_parameter(account: str, region: str, name: str) -> str | None:
    """The key, in any form of its name, of a parameter that is encrypted with a customer's key."""
    from moto.ssm.models import ssm_backends

    parameters = ssm_backends[account][region]._parameters
    versions = parameters.get(name, [])
    if not versions or versions[-1].parameter_type != "SecureString":
        return None
    return versions[-1].keyid if versions[-1].keyid != "alias/aws/ssm" else None


def key_of_function(account: str, region: str, name: str) -> str | None:
    """The ARN of the key of a function's variables."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    found: Any = lambda_stores[account][region].functions.get(name)
    return found.latest().config.kms_key_arn if found else None


def state_machine_of_token(account: str, region: str, token: str) -> str | None:
    """The ARN of the state machine of an execution that waits for a task's token."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    for execution in list(sfn_stores[account][region].executions.values()):
        environment = getattr(getattr(execution, "exec_worker", None), "env", None)
        if environment is not None and environment.callback_pool_manager.get(token):
            return str(execution.state_machine_arn)
    return None
