"""The principal of a request, and its condition keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from localstack_host.services.iam import genuine, sessions, source_arns
from localstack_host.services.iam.evaluation import Caller

Pairs = Iterator[tuple[str, tuple[str, ...]]]

# These services send aws:SourceOwner, which the default policy of topics requires.
OWNERS_NAMED_BY = ("cloudwatch", "s3", "ses")

UNSIGNED = "host.unsigned"  # in the WSGI environment of a request without a signature

# What a service does to its own resources, and nobody has to permit: the rule of an archive.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
MANAGED_BY_ITSELF = {
    "events": frozenset({"DeleteRule", "PutRule", "PutTargets", "RemoveTargets"}),
}


@dataclass(frozen=True)
class Principal:
    """A caller, with its role (moto's Role) and its session (moto's AssumedRole)."""

    caller: Caller
    role: Any | None = None
    session: Any | None = None

    @property
    def limit(self) -> str | None:
        """The session policy."""
        return self.session.policy if self.session else None


class PrincipalResolver:
    """Determines the principal of a request."""

    def __init__(self) -> None:
        self._sessions = sessions.Sessions()

    def of(self, context: Any) -> Principal | None:
        """The principal; None for the account's owner and LocalStack itself, which are not checked.

        Raises the service's error for an access key that was never issued, and for a signature
        that was not made with the key's secret.
        """
        key = access_key(context.request)
        session = self._sessions.find(context.account_id, key)
        if _is_sent(context):
            genuine.require(context, key, session)
        if session:
            role = sessions.role_named(session.account_id, session.role_arn)
            return Principal(sessions.as_role(session), role, session)
        return _without_session(context)


def _is_sent(context: Any) -> bool:
    """Whether a client has sent a request, with a signature of its own."""
    return context.internal_request_params is None and UNSIGNED not in context.request.environ


def access_key(request: Any) -> str:
    """The access key of a request, in its headers or its query; empty if there is none."""
    presigned = request.args.get("X-Amz-Credential", "").partition("/")[0]
    return presigned or extract_access_key_id_from_auth_header(request.headers) or ""


def _without_session(context: Any) -> Principal | None:
    internal = context.internal_request_params
    service = internal.get("service_principal") if internal else None
    if service and context.operation.name in MANAGED_BY_ITSELF.get(service, ()):
        return None
    if service:
        return Principal(sessions.as_service(service, context.account_id, context.region))
    # Trust policies are evaluated for all callers, including users and the owner.
    if internal is None and context.operation.name == "AssumeRole":
        user = sessions.as_user(context.account_id, access_key(context.request))
        return Principal(user or sessions.as_owner(context.account_id))
    return None


def conditions(principal: Principal, context: Any) -> dict[str, tuple[str, ...]]:
    """The condition keys of a request that do not depend on its action."""
    return dict(
        [*_of_request(context), *_of_role(principal), *_of_service(principal.caller, context)]
    )


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


def _of_role(principal: Principal) -> Pairs:
    if principal.caller.service:
        return
    yield "aws:principalaccount", (principal.caller.account,)
    yield "aws:principalisawsservice", ("false",)
    if principal.caller.anonymous:
        yield "aws:principaltype", ("Anonymous",)
        yield "aws:userid", ("anonymous",)
    if principal.role is None or principal.session is None:
        return
    yield "aws:principalarn", (principal.role.arn,)
    yield "aws:principaltype", ("AssumedRole",)
    yield "aws:userid", (f"{principal.role.id}:{principal.session.session_name}",)
    for tag in principal.role.tags or ():
        yield f"aws:principaltag/{tag['Key'].lower()}", (tag["Value"],)


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
