"""Authorization of signed requests that LocalStack serves outside of its chain of handlers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from localstack_host.authentication.credentials import Credentials
from localstack_host.services.iam import expiry, genuine, plugin, sessions
from localstack_host.services.iam.evaluation import Request, decide
from localstack_host.services.iam.policy_store import policies_for
from localstack_host.services.iam.principal import Principal, conditions, of_key, of_session
from localstack_host.services.iam.required_permissions import Permission


@dataclass(frozen=True)
class Place:
    """A request and its region, from which condition keys are read."""

    request: Any
    region: str


def is_allowed(credentials: Credentials, need: Permission, place: Place) -> bool:
    """Whether the caller with these credentials has a permission; the owner has all."""
    if not plugin.is_enforced():
        return True
    account, session = session_of(credentials)
    if not genuine.is_genuine(place.request, account, credentials.access_key, session):
        return False
    return is_allowed_to(principal_of(credentials), need, place)


def have_expired(credentials: Credentials) -> bool:
    """Whether credentials were issued for a time that has passed."""
    account, session = session_of(credentials)
    issued = sessions.issued_with(account, credentials.access_key, session)
    return plugin.is_enforced() and expiry.is_expired(issued, time.time())


def session_of(credentials: Credentials) -> tuple[str, Any | None]:
    """The account of credentials, and their session (moto's AssumedRole) if they are of a role."""
    from localstack.aws.accounts import get_account_id_from_access_key_id

    account = get_account_id_from_access_key_id(credentials.access_key)
    return account, sessions.SESSIONS.find(account, credentials.access_key)


def principal_of(credentials: Credentials) -> Principal | None:
    """Who has credentials that are genuine; None for the owner."""
    account, session = session_of(credentials)
    return of_session(session) if session else of_key(account, credentials.access_key)


def is_allowed_to(principal: Principal | None, need: Permission, place: Place) -> bool:
    """Whether a principal has a permission; the owner has all."""
    if principal is None or not plugin.is_enforced():
        return True
    keys = conditions(principal, place) | dict(need.keys)
    policies = policies_for(need.action, need.resource, principal.identity, principal.limit)
    return decide(Request(principal.caller, need.action, need.resource, keys), policies).allowed


def identity(credentials: Credentials, place: Place) -> dict[str, str]:
    """Who has signed a request to an API, as `$context.identity` tells it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    account, _session = session_of(credentials)
    principal, key = principal_of(credentials), credentials.access_key
    caller = principal.caller if principal else sessions.as_owner(account)
    known = conditions(principal, place) if principal else {}
    (name,) = known.get("aws:userid", (account,))
    about = {"accountId": account, "accessKey": key, "userArn": caller.arn}
    return about | {"caller": name, "user": name}
