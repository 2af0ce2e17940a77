"""What the rules of a bucket's lifecycle have to say; LocalStack looks at less.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localstack_host.localstack_api import CommonServiceException, bucket_named

ACTIONS = (
    "AbortIncompleteMultipartUpload",
    "Expiration",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "Transitions",
)
# The classes that nothing moves to earlier than after so many days.
EARLIEST_DAYS = {"ONEZONE_IA": 30, "STANDARD_IA": 30}
TRANSITIONS = {
    "Transitions": ("Transition", "Days"),
    "NoncurrentVersionTransitions": ("NoncurrentVersionTransition", "NoncurrentDays"),
}


def check(request: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for a rule without an action, InvalidArgument for a hasty one."""
    if bucket_named(request["Bucket"]) is None:
        return
    for rule in (request.get("LifecycleConfiguration") or {}).get("Rules") or ():
        if all(rule.get(action) in (None, []) for action in ACTIONS):
            text = "At least one action needs to be specified in a rule."
            raise _refused("InvalidRequest", text)
        for text in _too_early(rule):
            raise _refused("InvalidArgument", text)


def _too_early(rule: Mapping[str, Any]) -> Iterator[str]:
    for member, (action, name) in TRANSITIONS.items():
        for transition in rule.get(member) or ():
            days, to = transition.get(name), transition.get("StorageClass")
            earliest = EARLIEST_DAYS.get(to, 0)
            if days is not None and days < earliest:
                yield (
                    f"'{name}' in {action} action must be greater than or equal to {earliest}"
                    f" for storageClass '{to}'"
                )


def _refused(code: str, text: str) -> CommonServiceException:
    return CommonServiceException(code, text, 400, sender_fault=True)
