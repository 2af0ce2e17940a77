"""AWS's managed policies: a thousand that every process has, of which only the use is saved."""

from __future__ import annotations

from functools import cache
from typing import Any

KIND = ("moto.iam.models", "AWSManagedPolicy")
USE = ("attachment_count", "tags")


def reduced(policy: Any) -> Any:
    """How a policy is pickled: by its name, and by what accounts change of it."""
    use = {name: value for name in USE if (value := getattr(policy, name, None))}
    return managed_policy, (policy.account_id, policy.partition, policy.name), use or None


def managed_policy(account: str, partition: str, name: str) -> Any:
    """The policy with a name, of the account's own backend."""
    return _by_name(account, partition)[name]


@cache
def _by_name(account: str, partition: str) -> dict[str, Any]:
    from moto.iam.models import iam_backends

    backend = iam_backends[account][partition]
    return {policy.name: policy for policy in backend.aws_managed_policies}
