"""A key's policy that nobody could change any more is refused.

https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam.evaluation import may_be_granted
from localstack_host.services.iam.policies import MalformedPolicy, parse
from localstack_host.services.iam.principal import Principal
from localstack_host.services.iam.sessions import as_owner

OPERATIONS = frozenset({"CreateKey", "PutKeyPolicy"})
CHANGE = "kms:PutKeyPolicy"


def check(context: Any, principal: Principal | None) -> None:
    """Raises KMS's error if a new policy locks out both the caller and the account.

    What the emulator's services do on their own is not checked.
    """
    if context.operation.name not in OPERATIONS or context.service.service_name != "kms":
        return
    request = context.service_request or {}
    text, bypass = request.get("Policy"), request.get("BypassPolicyLockoutSafetyCheck")
    if not text or bypass or context.internal_request_params is not None:
        return
    try:
        policy = parse(text)
    except MalformedPolicy:
        return
    caller = principal.caller if principal else as_owner(context.account_id)
    if not may_be_granted(policy, CHANGE, caller):
        raise CommonServiceException(
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
            400,
            sender_fault=True,
        )
