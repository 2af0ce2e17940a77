"""Determines callers by their credentials."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from localstack_host.services.iam.evaluation import Caller
from localstack_host.services.iam.temporary_keys import TemporaryKey, noted

PARTITION = "aws"
CALLERS = 1024
NOTHING_READ: tuple[list[Any], int] = ([], 0)
OWNERS = re.compile("test|[0-9]{12}")
OWNERS_SECRET = "test"  # noqa: S105 - everybody knows it
# The caller of unsigned requests.
NOBODY = Caller(arn="anonymous", account="anonymous", anonymous=True)
EVERYTHING = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
)


@dataclass(frozen=True)
class Owner:
    """The owner of an account as an identity, like moto's roles and users: it may do everything."""

    policies: Mapping[str, str] = field(default_factory=lambda: {"owner": EVERYTHING})
    managed_policies: Mapping[str, Any] = field(default_factory=dict)


OWNER = Owner()


class Sessions:
    """The sessions of roles by access key; moto has only a list."""

    def __init__(self) -> None:
        self._by_key: dict[str, Any] = {}
        # Which list, and how many of it. A list that is gone may have the identity of another.
        self._read: dict[str, tuple[list[Any], int]] = {}
        self._reading = threading.Lock()

    def find(self, account: str, access_key: str) -> Any | None:
        """The session of an access key (moto's AssumedRole), or None."""
        session = self._by_key.get(access_key)
        if session is None and self._read_new_sessions(account):
            session = self._by_key.get(access_key)
        return session

    def find_in_any_account(self, access_key: str) -> Any | None:
        """The session of an access key (moto's AssumedRole), or None."""
        known = self._by_key.get(access_key)
        if known is not None:
            return known
        sessions = (self.find(account, access_key) for account in list(sts_backends))
        return next(filter(None, sessions), None)

    def _read_new_sessions(self, account: str) -> bool:
        roles: Any = sts_backends[account][PARTITION].assumed_roles
        known, seen = self._read.get(account, NOTHING_READ)
        if known is roles and seen == len(roles):
            return False
        with self._reading:
            known, seen = self._read.get(account, NOTHING_READ)
            begin = seen if known is roles else 0  # a loaded state has a list of its own
            if begin == 0:
                self._forget(
                    {key for key, each in self._by_key.items() if each.account_id == account}
                )
            new = roles[begin:]
            self._by_key |= {session.access_key_id: session for session in new}
            self._read[account] = (roles, begin + len(new))
        return True

    def forget(self, account: str, access_keys: Set[str]) -> None:
        """Removes sessions from moto's list."""
        roles: Any = sts_backends[account][PARTITION].assumed_roles
        with self._reading:
            before = len(roles)  # sessions that begin meanwhile are behind these
            kept = [each for each in roles[:before] if each.access_key_id not in access_keys]
            roles[:before] = kept
            self._by_key |= {session.access_key_id: session for session in kept}
            self._read[account] = (roles, len(kept))
            self._forget(access_keys)

    def _forget(self, access_keys: Set[str]) -> None:
        for key in access_keys:
            self._by_key.pop(key, None)


SESSIONS = Sessions()


def tags_of(session: Any) -> dict[str, str]:
    """The tags of a role's session (moto's AssumedRole), which LocalStack keeps by access key."""
    from localstack.services.sts.models import sts_stores

    stored: Any = sts_stores[session.account_id]["us-east-1"].sessions.get(session.access_key_id)
    tags = stored["tags"].values() if stored else ()
    return {tag["Key"]: tag["Value"] for tag in tags}


def issued_key(account: str, access_key: str) -> Any | None:
    """The access key of a user, or a temporary one (moto's AccessKey), if it was issued.

    A key that is inactive or deleted, and one whose user was deleted, is nobody's.
    """
    key: Any = iam_backends[account][PARTITION].access_keys.get(access_key)
    if key is None or key.status != "Active":
        return None
    return key if key.user_name is None or user_of(account, key) is not None else None


def user_of(account: str, key: Any) -> Any | None:
    """The user with an access key of long standing (moto's AccessKey), or None."""
    backend = iam_backends[account][PARTITION]
    user = backend.users.get(key.user_name)
    if user is not None and key in user.access_keys:
        return user
    # A user that got another name; its keys have the name that it had.
    return backend.get_user_from_access_key_id(key.access_key_id)


def user_with_id(account: str, identifier: str) -> Any | None:
    """The user with an ID (moto's User), or None if it was deleted."""
    users: Any = iam_backends[account][PARTITION].users
    return next((user for user in list(users.values()) if user.id == identifier), None)


def issued_with(account: str, access_key: str, session: Any | None) -> Any | None:
    """What has the secret of a key: `session`, a TemporaryKey, or a key of long standing.

    `session` is moto's AssumedRole if the key is that of a session. None if the key was not issued,
    or its user was deleted.
    """
    if session is not None:
        return session
    key = issued_key(account, access_key)
    temporary = noted(key) if key is not None else None
    if temporary is None:
        return key
    lives = not temporary.user or user_with_id(account, temporary.user) is not None
    return temporary if lives else None


def is_owners(access_key: str) -> bool:
    """Whether a key is an account owner's without having been issued: `test`, or twelve digits."""
    return OWNERS.fullmatch(access_key) is not None


def secret_of(account: str, access_key: str, session: Any | None) -> str | None:
    """The secret access key of an access key; None if it was never issued.

    An account owner's is believed in a header, but a presigned URL of S3 and a form must have been
    signed with the secret `test`.
    """
    if is_owners(access_key):
        return OWNERS_SECRET
    issued = issued_with(account, access_key, session)
    return str(issued.secret_access_key) if issued else None


def role_named(account: str, arn: str) -> Any | None:
    """The role with an ARN (moto's Role), or None if it does not exist."""
    name = arn.rpartition("/")[2]
    roles: Any = iam_backends[account][PARTITION].roles
    found: Any = _found.get((account, name))
    if found is None or roles.get(found.id) is not found or found.name != name:
        found = next((role for role in list(roles.values()) if role.name == name), None)
        if found is not None:
            _found[account, name] = found
    return found


_found: dict[tuple[str, str], Any] = {}
"""Roles by account and name, some of which may have been deleted since."""


@lru_cache(CALLERS)
def as_role(session: Any) -> Caller:
    """The caller of a role's session."""
    return Caller(
        arn=session.arn,
        account=session.account_id,
        names=(session.role_arn, session.arn),
        role=session.role_arn.rpartition("/")[2],
    )


def as_service(name: str, account: str, region: str) -> Caller:
    """The caller for an AWS service: LocalStack's `events` is AWS's `events.amazonaws.com`.

    A policy may also name a service in its region: `states.us-east-2.amazonaws.com`.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    principal = f"{name}.amazonaws.com"
    names = (principal, f"{name}.{region}.amazonaws.com")
    return Caller(arn=principal, account=account, names=names, service=principal)


def as_user(user: Any) -> Caller:
    """The caller of a user (moto's User), and of its session without federation."""
    return Caller(arn=user.arn, account=user.account_id, names=(user.arn,), user=user.name)


def as_federated_user(account: str, temporary: TemporaryKey, by: Caller) -> Caller:
    """The caller of a federated user; `by` is the user, or the owner, that vouched for it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    arn = f"arn:{PARTITION}:sts::{account}:federated-user/{temporary.federated}"
    return Caller(arn=arn, account=account, names=(arn, *by.names))


def as_owner(account: str) -> Caller:
    """The owner of the account, whose keys are `test`: a policy may name it by its number alone."""
    root = f"arn:{PARTITION}:iam::{account}:root"
    return Caller(arn=root, account=account, names=(root, account))
