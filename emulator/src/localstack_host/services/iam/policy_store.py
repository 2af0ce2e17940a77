"""Finds the policies of roles, users and resources in the stores of the services."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from moto.iam.models import User, iam_backends
from moto.logs.models import logs_backends

from localstack_host.localstack_api import bucket_named, owner_of_bucket
from localstack_host.services.iam.evaluation import Policies, Source
from localstack_host.services.iam.policies import (
    CACHED,
    WITH_VARIABLES,
    MalformedPolicy,
    Policy,
    parse,
)
from localstack_host.services.iam.sessions import PARTITION, role_named

# What the resource's policy must allow; for others an identity's policy is enough.
ASSUME_ROLE = "sts:AssumeRole"  # also WithSAML and WithWebIdentity
TAG_SESSION, OF_ROLE = "sts:TagSession", ":role/"
ON_KEYS, KEY = "kms:", ":key/"


def policies_for(action: str, resource: str, identity: Any | None, limit: str | None) -> Policies:
    """All policies that apply to a request of a role or user (moto's; None for other callers).

    `limit` is the session policy, if there is one.
    """
    return Policies(
        identity=policies_of(identity) if identity else (),
        resource=of_resource(action, resource),
        boundaries=tuple(_boundaries(identity, limit)),
        resource_decides=resource_decides(action, resource),
        owner=_owner_of_bucket(resource),
    )


def resource_decides(action: str, resource: str) -> bool:
    """Whether the resource's policy must allow an action.

    A new key, a list of keys and an alias have no policy of their own.
    """
    is_key = KEY in resource and not resource.endswith("*")
    return _asks_trust(action, resource) or (action.startswith(ON_KEYS) and is_key)


def _asks_trust(action: str, resource: str) -> bool:
    """Whether the trust policy of a role has to allow an action."""
    return action.startswith(ASSUME_ROLE) or (action == TAG_SESSION and OF_ROLE in resource)


def policies_of(identity: Any) -> tuple[Policy, ...]:
    """The policies of a role, user or group (moto's), those that are attached included.

    A user has those of its groups, too.
    """
    managed = map(_default_version, identity.managed_policies.values())
    own = tuple(parse(text) for text in (*identity.policies.values(), *managed))
    return (*own, *_of_groups(identity)) if isinstance(identity, User) else own


def _of_groups(user: User) -> Iterator[Policy]:
    for group in list(iam_backends[user.account_id][PARTITION].groups.values()):
        if user in group.users:
            yield from policies_of(group)


def boundary_of(identity: Any) -> str | None:
    """The ARN of the permissions boundary of a role or user (moto's), if it has one."""
    name = "permissions_boundary" if isinstance(identity, User) else "permissions_boundary_arn"
    return getattr(identity, name, None)


def boundaries_of(identity: Any) -> tuple[tuple[Source, tuple[Policy, ...]], ...]:
    """The permissions boundary of a role or user (moto's), if it has one."""
    arn = boundary_of(identity)
    return ((Source.BOUNDARY, _managed(identity.account_id, arn)),) if arn else ()


def _boundaries(
    identity: Any | None, limit: str | None
) -> Iterator[tuple[Source, tuple[Policy, ...]]]:
    if identity:
        yield from boundaries_of(identity)
    if limit:
        yield Source.SESSION, (parse(limit),)


def _managed(account: str, arn: str) -> tuple[Policy, ...]:
    text = document_of(account, arn)
    return (parse(text),) if text else ()


def document_of(account: str, arn: str) -> str | None:
    """The text of a managed policy in its default version; None if there is no such policy."""
    policy = iam_backends[account][PARTITION].managed_policies.get(arn)
    return _default_version(policy) if policy else None


def _default_version(policy: Any) -> str:
    return str(next(v.document for v in policy.versions if v.is_default))


def of_resource(action: str, arn: str) -> Policy | None:
    """The resource's policy; None if it has none, or cannot have one."""
    if _asks_trust(action, arn):
        role = role_named(arn.split(":")[4], arn)
        return parse(role.assume_role_policy_document) if role else None
    if not arn.startswith("arn:"):
        return None
    _, _, service, region, account, resource = arn.split(":", 5)
    policy_of = POLICIES.get(service)
    text = policy_of(account, region, resource) if policy_of else None
    return parse(text) if text else None


def _of_function(account: str, region: str, resource: str) -> str | None:
    from localstack.services.lambda_.invocation.models import lambda_stores

    _, name, *qualifier = resource.split(":")
    function = lambda_stores[account][region].functions.get(name)
    permission = (
        function.permissions.get(qualifier[0] if qualifier else "$LATEST") if function else None
    )
    return json.dumps(dataclasses.asdict(permission.policy)) if permission else None


def _of_queue(account: str, region: str, name: str) -> str | None:
    from localstack.aws.api.sqs import QueueAttributeName
    from localstack.services.sqs.models import sqs_stores

    queue = sqs_stores[account][region].queues.get(name)
    return queue.attributes.get(QueueAttributeName.Policy) if queue else None


def _of_topic(account: str, region: str, name: str) -> str | None:
    from localstack.services.sns.models import sns_stores

    arn = f"arn:{PARTITION}:sns:{region}:{account}:{name}"
    topic = sns_stores[account][region].topics.get(arn)
    return topic["attributes"].get("Policy") if topic else None


def _of_bus(account: str, region: str, resource: str) -> str | None:
    from localstack.services.events.models import events_stores

    bus = events_stores[account][region].event_buses.get(resource.removeprefix("event-bus/"))
    return json.dumps(bus.policy) if bus and bus.policy else None


def _of_table(account: str, region: str, resource: str) -> str | None:
    """The policy of a table, which its indexes and backups share, or of a stream.

    It is called with most requests, so it does not wait for the engine.
    """
    from localstack_host.services.dynamodb.provider import engine

    space = engine().store.spaces.get((account, region))
    table = space.tables.get(resource.split("/")[1]) if space and "/" in resource else None
    if table is None or not table.policies:
        return None
    arn = f"arn:{PARTITION}:dynamodb:{region}:{account}:{resource}"
    policy = table.policies.get(arn if "/stream/" in resource else table.arn)
    return policy[0] if policy else None


def _owner_of_bucket(arn: str) -> str:
    """The account of a bucket, or of an object's bucket; empty for everything else."""
    _, found, resource = arn.partition(":s3:::")
    return owner_of_bucket(resource.partition("/")[0]) or "" if found else ""


def _of_bucket(_account: str, _region: str, resource: str) -> str | None:
    bucket = bucket_named(resource.partition("/")[0])
    return bucket.policy if bucket else None


def _of_logs(account: str, region: str, resource: str) -> str | None:
    """The resource policies of CloudWatch Logs, whose statements name their log groups.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    found = logs_backends[account][region].resource_policies
    is_group = resource.startswith("log-group:")
    return merged(tuple(p.policy_document for p in found.values())) if found and is_group else None


@lru_cache(CACHED)
def merged(documents: tuple[str, ...]) -> str:
    """One document with the statements of several. Raises MalformedPolicy."""
    try:
        found = [json.loads(document)["Statement"] for document in documents]
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedPolicy(f"not a policy ({error!r}): {documents}") from error
    listed = (s if isinstance(s, list) else [s] for s in found)
    return json.dumps(
        {"Version": WITH_VARIABLES, "Statement": [s for some in listed for s in some]}
    )


def _of_key(account: str, region: str, resource: str) -> str | None:
    from localstack.services.kms.models import kms_stores

    key = kms_stores[account][region].keys.get(resource.removeprefix("key/"))
    return key.policy if key else None


POLICIES: dict[str, Callable[[str, str, str], str | None]] = {
    "dynamodb": _of_table,
    "events": _of_bus,
    "kms": _of_key,
    "lambda": _of_function,
    "logs": _of_logs,
    "s3": _of_bucket,
    "sns": _of_topic,
    "sqs": _of_queue,
}
