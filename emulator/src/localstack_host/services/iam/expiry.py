"""When temporary credentials expire, and the removal of those that have.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html
Sessions that the emulator's own services began do not expire: on AWS a service renews its keys, and
the keys of a function are good for as long as its environment lives.
"""

from __future__ import annotations

import math
import secrets
import time
from datetime import UTC
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from localstack_host.services.iam.sessions import PARTITION, SESSIONS
from localstack_host.services.iam.temporary_keys import noted

# The process of the emulator whose service began a session: an attribute of moto's AssumedRole.
BEGUN_BY = "begun_by"
PROCESS = secrets.token_hex(8)
EXPIRES_AT = "expires_at"  # Unix time, computed once for each of moto's AssumedRoles
# For this long after it expired a key is known, so that its requests get the right error.
KEPT_S = 24 * 60 * 60
LOOKED_AT_EVERY_S = 60

_looked_at: dict[str, float] = {}
"""When the keys of each account were last looked at (Unix times)."""


def is_expired(issued: Any, now: float) -> bool:
    """Whether credentials have expired at a time (Unix time).

    They are a TemporaryKey, a role's session (moto's AssumedRole), or a key of long standing.
    """
    return expires_at(issued) <= now


def expires_at(issued: Any) -> float:
    """When credentials expire (Unix time); infinite for those that do not."""
    if begun_by := getattr(issued, BEGUN_BY, None):
        return math.inf if begun_by == PROCESS else 0
    found: float | None = getattr(issued, EXPIRES_AT, None)
    if found is not None:
        return found
    if not hasattr(issued, "expiration"):
        return math.inf
    at = float(issued.expiration.replace(tzinfo=UTC).timestamp())
    setattr(issued, EXPIRES_AT, at)
    return at


def belongs_to_service(session: Any) -> None:
    """Notes that a service of this process began a session (moto's AssumedRole)."""
    setattr(session, BEGUN_BY, PROCESS)


def remove_expired(account: str, now: float | None = None) -> None:
    """Removes what expired long ago, and what a service of an earlier process began.

    It does so at most once in `LOOKED_AT_EVERY_S` seconds; `now` is a Unix time.
    """
    now = time.time() if now is None else now
    if now < _looked_at.get(account, 0) + LOOKED_AT_EVERY_S:
        return
    _looked_at[account] = now
    keys: Any = iam_backends[account][PARTITION].access_keys
    temporary = {key: noted(issued) for key, issued in list(keys.items())}
    old = {key for key, issued in temporary.items() if issued and _is_old(issued, now)}
    roles: Any = sts_backends[account][PARTITION].assumed_roles
    old |= {session.access_key_id for session in list(roles) if _is_old(session, now)}
    _remove(account, old)


def _is_old(issued: Any, now: float) -> bool:
    return expires_at(issued) + KEPT_S <= now


def end(account: str, access_key: str) -> None:
    """Removes the session with an access key: nobody uses it any more."""
    _remove(account, {access_key})


def _remove(account: str, keys: set[str]) -> None:
    if not keys:
        return
    from localstack.services.sts.models import sts_stores

    SESSIONS.forget(account, keys)
    stores: tuple[dict[str, Any], ...] = (
        sts_stores[account]["us-east-1"].sessions,
        iam_backends[account][PARTITION].access_keys,
    )
    for store in stores:
        for key in keys:
            store.pop(key, None)
