"""The entry point PROVIDER_OVERRIDE_IAM=host: LocalStack's IAM, with these fixes.

- The policy simulator decides as requests are decided.
- A role has a trust policy, and sessions of a possible length (`trust_policies.py`).
- Policies have the form and the size that IAM allows (`policy_checks.py`).
- A user that has something is not deleted:
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from localstack_host.localstack_api import (
    CommonServiceException,
    RequestContext,
    Service,
    falling_back_to_moto,
    handler,
    provides,
)


@provides("iam")
def iam() -> Service:
    """LocalStack's IAM with the simulator of this package."""
    from localstack.services.iam.provider import IamProvider, get_iam_backend

    from localstack_host.services.iam import policy_checks, trust_policies
    from localstack_host.services.iam.simulation import PolicySimulator

    class Provider(IamProvider):
        """LocalStack's IAM."""

        @handler("CreateRole", expand=False)
        def create_role(  # type: ignore[override] # by `expand=False`
            self, context: RequestContext, request: Any
        ) -> Any:
            """Creates a role. Raises MalformedPolicyDocument and ValidationError."""
            trust_policies.check_duration(request.get("MaxSessionDuration"))
            trust_policies.check(request["AssumeRolePolicyDocument"])
            return super().create_role(context, request)

        def delete_user(self, context: RequestContext, user_name: str, **rest: Any) -> None:
            """Deletes a user. Raises DeleteConflictException for one that has something."""
            backend = get_iam_backend(context)
            require_bare(backend.users.get(user_name), backend.groups.values())
            super().delete_user(context, user_name, **rest)

    made: Any = Provider
    provider = made()
    simulator = PolicySimulator()
    provider.policy_simulator = simulator
    service = falling_back_to_moto(provider)
    skeleton: Any = service.skeleton
    skeleton.dispatch_table["SimulateCustomPolicy"] = simulator.simulate_custom_policy
    skeleton.dispatch_table = policy_checks.guard(skeleton.dispatch_table, get_iam_backend)
    return service


def require_bare(user: Any | None, groups: Iterable[Any]) -> None:
    """Raises IAM's error for a user (moto's) that has keys, a password or devices, or groups.

    For policies, which moto looks at, AWS has the error first.
    """
    if user is None or user.policies or user.managed_policies:
        return
    left = {
        "remove users from group first": any(user in group.users for group in groups),
        "delete access keys first": user.access_keys,
        "delete login profile first": user.password,
        "delete MFA device first": user.mfa_devices,
    }
    for what, there_is in left.items():
        if there_is:
            text = f"Cannot delete entity, must {what}."
            raise CommonServiceException("DeleteConflict", text, HTTPStatus.CONFLICT, True)
