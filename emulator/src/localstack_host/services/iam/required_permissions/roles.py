"""Roles that a request hands to a service, each of which requires iam:PassRole.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localstack_host.services.iam.required_permissions.permission import Params, Permission

ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/.+")
NAMED = re.compile(r"(role|rolearn|credentials|credentialsarn)$", re.IGNORECASE)
# IAM and STS manage and assume roles; the others only search for them, or name who may call.
NOT_PASSED_TO = ("iam", "sts")
PASSING = ("Create", "Import", "Put", "Register", "Update")


def passed(prefix: str, operation: str, params: Params) -> Iterator[Permission]:
    """A permission for each role among the parameters."""
    if prefix in NOT_PASSED_TO or not operation.startswith(PASSING):
        return
    service = (f"{prefix}.amazonaws.com",)
    for arn in dict.fromkeys(_roles(params, "")):
        yield Permission("iam:PassRole", arn, (("iam:passedtoservice", service),))


def _roles(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for inner, part in value.items():
            yield from _roles(part, str(inner))
    elif isinstance(value, list):
        for part in value:
            yield from _roles(part, name)
    elif isinstance(value, str) and NAMED.search(name) and ROLE.fullmatch(value):
        yield value
