"""IAM's quotas: what is too large, or too much, is refused. LocalStack and moto look at neither.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from localstack_host.localstack_api import CommonServiceException

Request = Mapping[str, Any]
Check = Callable[[Any, Request], None]

MANAGED, TRUST, ATTACHED = 6_144, 2_048, 10
# The sum of all inline policies, by the kind of identity.
INLINE = {"Role": 10_240, "User": 2_048, "Group": 5_120}


def size_of(document: str) -> int:
    """The size of a policy as IAM counts it: without white space."""
    return sum(not character.isspace() for character in document)


def managed_policy(_backend: Any, request: Request) -> None:
    """Raises LimitExceeded for a managed policy that is too large."""
    if size_of(request["PolicyDocument"]) > MANAGED:
        raise _exceeded(f"Cannot exceed quota for PolicySize: {MANAGED}")


def trust_policy(_backend: Any, request: Request) -> None:
    """Raises LimitExceeded for a trust policy that is too large."""
    document = request.get("AssumeRolePolicyDocument") or request.get("PolicyDocument") or ""
    if size_of(document) > TRUST:
        raise _exceeded(f"Cannot exceed quota for ACLSizePerRole: {TRUST}")


def inline_policy(kind: str) -> Check:
    """Raises LimitExceeded if an identity's inline policies are too large together."""

    def check(backend: Any, request: Request) -> None:
        name, most = request[f"{kind}Name"], INLINE[kind]
        identity = _identity(backend, kind, name)
        if identity is None:
            return
        others = [text for key, text in identity.policies.items() if key != request["PolicyName"]]
        if sum(map(size_of, (*others, request["PolicyDocument"]))) > most:
            text = f"Maximum policy size of {most} bytes exceeded for {kind.lower()} {name}"
            raise _exceeded(text)

    return check


def attachment(kind: str) -> Check:
    """Raises LimitExceeded if an identity has as many managed policies as it may have."""

    def check(backend: Any, request: Request) -> None:
        identity, arn = _identity(backend, kind, request[f"{kind}Name"]), request["PolicyArn"]
        attached = identity.managed_policies if identity else ()
        is_new = arn in backend.managed_policies and arn not in attached
        if is_new and len(attached) >= ATTACHED:
            raise _exceeded(f"Cannot exceed quota for PoliciesPer{kind}: {ATTACHED}")

    return check


def boundary(backend: Any, request: Request) -> None:
    """Raises NoSuchEntity for a permissions boundary that there is not.

    What is no policy's ARN is left to moto.
    """
    arn = request.get("PermissionsBoundary") or ""
    if backend.policy_arn_regex.match(arn) and arn not in backend.managed_policies:
        text = f"Scope ARN: {arn} does not exist or is not attachable."
        raise CommonServiceException("NoSuchEntity", text, HTTPStatus.NOT_FOUND, sender_fault=True)


def _identity(backend: Any, kind: str, name: str) -> Any | None:
    if kind == "Role":
        return next((role for role in list(backend.roles.values()) if role.name == name), None)
    return (backend.users if kind == "User" else backend.groups).get(name)


def _exceeded(text: str) -> CommonServiceException:
    return CommonServiceException("LimitExceeded", text, HTTPStatus.CONFLICT, sender_fault=True)
