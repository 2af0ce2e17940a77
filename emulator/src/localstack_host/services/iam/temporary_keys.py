"""Temporary keys of users and of the owner: those of GetSessionToken and GetFederationToken.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
What was issued is noted at moto's AccessKey, so that a saved state has it. The sessions of roles
are moto's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

NOTED = "temporary"  # the attribute of moto's AccessKey
WITH_MFA = "with_mfa"  # that of moto's AssumedRole, if it was assumed with MFA
# What temporary credentials may call of STS; all else wants credentials of long standing.
WITH_A_SESSION = ("AssumeRole", "GetCallerIdentity")
FOR_FEDERATED_USERS = ("GetCallerIdentity",)
ONLY_WITHOUT_A_SESSION = ("GetFederationToken", "GetSessionToken")


@dataclass(frozen=True)
class TemporaryKey:
    """What STS issued with a key: `user` is the ID of an IAM user, or empty for the owner.

    `federated` is the name of a federated user, whose `policy` limits what it may do. `tags` are
    those of the session. It `expires_at` a Unix time.
    """

    secret_access_key: str
    session_token: str
    issued: str
    user: str = ""
    federated: str = ""
    policy: str | None = None
    mfa: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    expires_at: float = math.inf


def note(key: Any, temporary: TemporaryKey) -> None:
    """Notes at a key (moto's AccessKey) what was issued with it."""
    setattr(key, NOTED, asdict(temporary))


def noted(key: Any) -> TemporaryKey | None:
    """What was issued with a key (moto's AccessKey); None for a key of long standing."""
    found = getattr(key, NOTED, None)
    return TemporaryKey(**found) if found else None


def is_refused(operation: str, issued: Any) -> bool:
    """Whether STS refuses an operation of its own to the credentials that were issued.

    They are a TemporaryKey, a role's session (moto's AssumedRole), or a key of long standing.
    """
    if isinstance(issued, TemporaryKey):
        return operation not in (FOR_FEDERATED_USERS if issued.federated else WITH_A_SESSION)
    return operation in ONLY_WITHOUT_A_SESSION and hasattr(issued, "session_token")


def is_unknown_to_iam(issued: Any) -> bool:
    """Whether IAM does not know the credentials: a federated user's, or a user's without MFA."""
    return isinstance(issued, TemporaryKey) and (bool(issued.federated) or not issued.mfa)
