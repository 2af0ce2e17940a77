"""The principal of a request, and its condition keys."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from localstack_host.server import known_heads
from localstack_host.server.known_heads import KnownHead
from localstack_host.services.iam import (
    access_denied,
    genuine,
    sessions,
    source_arns,
    temporary_keys,
)
from localstack_host.services.iam.evaluation import Caller
from localstack_host.services.iam.temporary_keys import WITH_MFA, TemporaryKey

Pairs = Iterator[tuple[str, tuple[str, ...]]]

# These services send aws:SourceOwner, which the default policy of topics requires.
OWNERS_NAMED_BY = ("cloudwatch", "s3", "ses")

UNSIGNED = "host.unsigned"  # in the WSGI environment of a request without a signature
OF_A_SESSION = ("ASIA", "LSIA")  # the first letters of its access key

# What a service does to its own resources, and nobody has to permit: the rule of an archive.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
MANAGED_BY_ITSELF = {
    "events": frozenset({"DeleteRule", "PutRule", "PutTargets", "RemoveTargets"}),
}


class Principal(NamedTuple):
    """A caller, with the identity that has its policies, and its session.

    They are moto's Role and AssumedRole, or moto's User (or OWNER) and, for one with temporary
    credentials, a TemporaryKey.
    """

    caller: Caller
    identity: Any | None = None
    session: Any | None = None

    @property
    def limit(self) -> str | None:
        """The session policy."""
        return self.session.policy if self.session else None


class PrincipalResolver:
    """Determines the principal of a request."""

    def of(self, context: Any) -> Principal | None:
        """The principal; None for the account's owner and LocalStack itself, which are not checked.

        Raises the service's error for an access key that was never issued, for a signature that
        was not made with the key's secret, and for what temporary credentials cannot be used for.
        """
        key = access_key(context.request)
        session = sessions.SESSIONS.find(context.account_id, key)
        if _is_sent(context):
            genuine.require(context, key, session)
        if session:
            return of_session(session)
        return _without_session(context, key)


def _is_sent(context: Any) -> bool:
    """Whether a client has sent a request, with a signature of its own."""
    return context.internal_request_params is None and UNSIGNED not in context.request.environ


def access_key(request: Any) -> str:
    """The access key of a request, in its headers or its query; empty if there is none."""
    head: KnownHead | None = request.environ.get(known_heads.VARIABLE)
    return _access_key(request) if head is None else head.once(_access_key, request)


def _access_key(request: Any) -> str:
    presigned = request.args.get("X-Amz-Credential", "").partition("/")[0]
    return presigned or extract_access_key_id_from_auth_header(request.headers) or ""


def of_session(session: Any) -> Principal:
    """The principal of a role's session (moto's AssumedRole)."""
    role = sessions.role_named(session.account_id, session.role_arn)
    return Principal(sessions.as_role(session), role, session)


def _without_session(context: Any, key: str) -> Principal | None:
    internal = context.internal_request_params
    service = internal.get("service_principal") if internal else None
    if service and context.operation.name in MANAGED_BY_ITSELF.get(service, ()):
        return None
    if service:
        return Principal(sessions.as_service(service, context.account_id, context.region))
    if internal is not None:
        # A session that was removed must not become the owner's.
        if key.startswith(OF_A_SESSION) and not sessions.issued_key(context.account_id, key):
            raise access_denied.expired(context.service.service_name)
        return None
    found = of_key(context.account_id, key)
    # Trust policies are evaluated for the owner, too.
    if found is None and context.operation.name == "AssumeRole":
        return Principal(sessions.as_owner(context.account_id), sessions.OWNER)
    return found


def of_key(account: str, key: str) -> Principal | None:
    """The principal of an access key that is no role's: a user, or a federated user.

    None for the owner, and for a key that was not issued.
    """
    issued = None if sessions.is_owners(key) else sessions.issued_key(account, key)
    if issued is None:
        return None
    temporary = temporary_keys.noted(issued)
    if temporary is None:
        user = sessions.user_of(account, issued) if issued.user_name else None
        return Principal(sessions.as_user(user), user) if user else None
    user = sessions.user_with_id(account, temporary.user) if temporary.user else None
    by = sessions.as_user(user) if user else sessions.as_owner(account)
    if temporary.federated:
        caller = sessions.as_federated_user(account, temporary, by)
        return Principal(caller, user or sessions.OWNER, temporary)
    return Principal(by, user, temporary) if user else None


def conditions(principal: Principal, context: Any) -> dict[str, tuple[str, ...]]:
    """The condition keys of a request that do not depend on its action."""
    pairs = (*_of_request(context), *_of_identity(principal), *_of_session(principal.session))
    return dict([*pairs, *_of_service(principal.caller, context)])


def _of_request(context: Any) -> Pairs:
    now = time.time()
    yield "aws:currenttime", (datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),)
    yield "aws:epochtime", (str(int(now)),)
    yield "aws:requestedregion", (context.region,)
    # Plain HTTP on the loopback interface counts as HTTPS.
    yield "aws:securetransport", ("true",)
    yield "aws:viaawsservice", ("false",)
    if address := context.request.remote_addr:
        yield "aws:sourceip", (address,)
    if agent := context.request.headers.get("User-Agent"):
        yield "aws:useragent", (agent,)


def _of_identity(principal: Principal) -> Pairs:
    """The keys that say who asks.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    caller, identity = principal.caller, principal.identity
    if caller.service:
        return
    yield "aws:principalaccount", (caller.account,)
    yield "aws:principalisawsservice", ("false",)
    if caller.anonymous:
        yield "aws:principaltype", ("Anonymous",)
        yield "aws:userid", ("anonymous",)
    elif caller.user and identity is not None:
        yield "aws:principalarn", (identity.arn,)
        yield "aws:principaltype", ("User",)
        yield "aws:userid", (identity.id,)
        yield "aws:username", (caller.user,)
        yield from _tags({tag["Key"]: tag["Value"] for tag in identity.tags or ()})
    elif isinstance(principal.session, TemporaryKey):
        yield "aws:principalarn", (caller.arn,)
        yield "aws:principaltype", ("FederatedUser",)
        yield "aws:userid", (f"{caller.account}:{principal.session.federated}",)
        yield from _tags(principal.session.tags)
    elif identity is not None and principal.session is not None:
        yield "aws:principalarn", (identity.arn,)
        yield "aws:principaltype", ("AssumedRole",)
        yield "aws:userid", (f"{identity.id}:{principal.session.session_name}",)
        yield from _tags({tag["Key"]: tag["Value"] for tag in identity.tags or ()})
        yield from _tags(sessions.tags_of(principal.session))  # they are stronger than the role's


def _tags(tags: Mapping[str, str]) -> Pairs:
    for name, value in tags.items():
        yield f"aws:principaltag/{name.lower()}", (value,)


def _of_session(session: Any | None) -> Pairs:
    """What a request with temporary credentials has, and no other."""
    if isinstance(session, TemporaryKey):
        issued, mfa = session.issued, session.mfa
    elif session is not None:  # a role's
        created = session.access_key.create_date.replace(tzinfo=UTC)
        issued, mfa = created.isoformat(timespec="seconds"), getattr(session, WITH_MFA, False)
    else:
        return
    yield "aws:tokenissuetime", (issued,)
    yield "aws:multifactorauthpresent", (str(mfa).lower(),)
    if mfa:
        age = time.time() - datetime.fromisoformat(issued).timestamp()
        yield "aws:multifactorauthage", (str(max(0, int(age))),)


def _of_service(caller: Caller, context: Any) -> Pairs:
    if not caller.service:
        return
    yield "aws:principalisawsservice", ("true",)
    yield "aws:principalservicename", (caller.service,)
    sources = source_arns.of(caller.service, context)
    account = source_arns.account(context)
    accounts = {arn.split(":")[4] or account for arn in sources} or {account}
    yield "aws:sourceaccount", tuple(accounts)
    if sources:
        yield "aws:sourcearn", sources
    if caller.service.split(".")[0] in OWNERS_NAMED_BY:
        yield "aws:sourceowner", tuple(accounts)
