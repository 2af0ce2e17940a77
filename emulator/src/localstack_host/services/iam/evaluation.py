"""Whether policies allow a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Within one account: what anything denies is denied; else what the identity's policies or the
resource's policy allow is allowed, as far as every boundary allows it too; else it is denied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from localstack_host.services.iam.condition_keys import is_known
from localstack_host.services.iam.conditions import Condition
from localstack_host.services.iam.patterns import Context, matches_arn, matches_text, resolve
from localstack_host.services.iam.policies import Policy, Principals, Statement

KEPT = 4096  # pairs of a policy and an action


@dataclass(frozen=True)
class Caller:
    """Who asks.

    `arn` is how AWS's messages call the caller; `names` are the ARNs by which a resource's policy
    may name it; `service` is set where an AWS service asks in its own name; `role` is the name of
    the role whose session this is; `anonymous` is one who signed nothing, and has no account;
    `federated` is the ARN of the identity provider that the caller comes from.
    """

    arn: str
    account: str
    names: tuple[str, ...] = ()
    service: str = ""
    role: str = ""
    anonymous: bool = False
    federated: str = ""


@dataclass(frozen=True)
class Request:
    """One thing that is asked for: an action on a resource, with its condition keys."""

    caller: Caller
    action: str
    resource: str
    context: Context


@dataclass(frozen=True)
class Grant:
    """The words of a policy that allowed something."""

    sid: str
    action: str
    resource: str


class Source(StrEnum):
    """The kind of policy that decided, in AWS's words."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True)
class Decision:
    """The answer: `grant` is what allowed it, if an identity's policy did; `reason` why not."""

    allowed: bool
    reason: str = ""
    grant: Grant | None = None


@dataclass(frozen=True)
class Policies:
    """All policies that have a say; `boundaries` are limits, each of which must allow too.

    `resource_decides`: the resource's policy must allow, itself or by trusting the whole account
    (roles and KMS keys); elsewhere one of the two kinds is enough.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundaries: tuple[tuple[Source, tuple[Policy, ...]], ...] = ()
    resource_decides: bool = False


Naming = Callable[[Principals, Caller], bool]


def decide(request: Request, policies: Policies) -> Decision:
    """Whether the policies allow the request, and why (not)."""
    denial = _explicit_denial(request, policies)
    if denial:
        return Decision(False, f"with an explicit deny in {_a(denial)}")
    grant = _first_grant(request, policies.identity)
    lacking = _lacking(request, policies, grant)
    if lacking:
        return Decision(False, f"because no {lacking} allows the {request.action} action")
    return Decision(True, grant=grant)


def _a(source: Source) -> str:
    return f"{'an' if source is Source.IDENTITY else 'a'} {source}"


def _lacking(request: Request, policies: Policies, grant: Grant | None) -> Source | None:
    """The kind of policy whose permission is missing, if one is."""
    direct, through_account = _granted_by_resource(request, policies.resource)
    if _needs_both(request) and not (grant and (direct or through_account)):
        return Source.RESOURCE if grant else Source.IDENTITY
    if policies.resource_decides and not (direct or (through_account and grant)):
        return Source.IDENTITY if through_account else Source.RESOURCE
    if not (grant or direct):
        return Source.RESOURCE if request.caller.service else Source.IDENTITY
    limits = (source for source, limit in policies.boundaries if not _first_grant(request, limit))
    return next(limits, None)


def _needs_both(request: Request) -> bool:
    """Another account's resource: what one side allows is not enough."""
    owner = request.resource.split(":")[4:5]
    if request.caller.service or request.caller.anonymous:
        return False
    return owner not in ([], [""], [request.caller.account])


def _explicit_denial(request: Request, policies: Policies) -> Source | None:
    for source, limit in ((Source.IDENTITY, policies.identity), *policies.boundaries):
        if any(not s.allows and _applies(s, request) for s in _about(limit, request.action)):
            return source
    denials = (s for s in _about([policies.resource], request.action) if not s.allows)
    if any(_speaks_of(s, request.caller) and _applies(s, request) for s in denials):
        return Source.RESOURCE
    return None


def _first_grant(request: Request, policies: Iterable[Policy]) -> Grant | None:
    for statement in _about(policies, request.action):
        if statement.allows and _applies(statement, request):
            return _words(statement, request)
    return None


def _words(statement: Statement, request: Request) -> Grant:
    actions = (a for a in statement.actions if _is_action(a, request.action))
    resources = (r for r in statement.resources if _is_resource(r, request))
    return Grant(statement.sid, next(actions, "NotAction"), next(resources, "NotResource"))


def _granted_by_resource(request: Request, policy: Policy | None) -> tuple[bool, bool]:
    """Whether the resource's policy allows it to the caller itself, and to the caller's account."""
    about = _about([policy], request.action)
    allowing = [s for s in about if s.allows and _applies(s, request)]
    direct = any(_names(s, _is_named, request.caller) for s in allowing)
    return direct, any(_names(s, _account_is_named, request.caller) for s in allowing)


def _about(policies: Iterable[Policy | None], action: str) -> Iterator[Statement]:
    """The statements that are about the action, whatever the resource."""
    return (statement for policy in policies if policy for statement in _found(policy, action))


@lru_cache(KEPT)
def _found(policy: Policy, action: str) -> tuple[Statement, ...]:
    return tuple(s for s in policy.statements if _covers_action(s, action))


def _speaks_of(denial: Statement, caller: Caller) -> bool:
    """A denial for all but a role must spare the role's account too, says AWS of NotPrincipal."""
    return _names(denial, _is_named, caller) or _names(denial, _account_is_named, caller)


def _names(statement: Statement, named: Naming, caller: Caller) -> bool:
    if statement.not_principals:
        return not named(statement.not_principals, caller)
    return statement.principals is not None and named(statement.principals, caller)


def _is_named(principals: Principals, caller: Caller) -> bool:
    names = principals.named("AWS")
    if caller.federated:
        return caller.federated in principals.named("Federated")
    if "*" in names:  # everybody: services too
        return True
    if caller.service:
        return caller.service in principals.named("Service")
    return any(name in names for name in caller.names)


def _account_is_named(principals: Principals, caller: Caller) -> bool:
    accounts = {caller.account, f"arn:aws:iam::{caller.account}:root"}
    outside = caller.service or caller.federated
    return not outside and not accounts.isdisjoint(principals.named("AWS"))


def _applies(statement: Statement, request: Request) -> bool:
    """Whether a statement about the action is about this resource, under these conditions."""
    return _covers_resource(statement, request) and _conditions_hold(statement, request.context)


def _covers_action(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not any(_is_action(a, action) for a in statement.not_actions)
    return any(_is_action(a, action) for a in statement.actions)


def _covers_resource(statement: Statement, request: Request) -> bool:
    if statement.not_resources:
        return not any(_is_resource(r, request) for r in statement.not_resources)
    if not statement.resources:  # a role's trust policy: its resource is the role
        return bool(statement.principals or statement.not_principals)
    return any(_is_resource(r, request) for r in statement.resources)


def _is_action(pattern: str, action: str) -> bool:
    return matches_text(pattern, action, any_case=True)


def _is_resource(pattern: str, request: Request) -> bool:
    resolved = resolve(pattern, request.context)
    return resolved is not None and matches_arn(resolved, request.resource)


def _conditions_hold(statement: Statement, context: Context) -> bool:
    """What is not understood here works against the request, whichever way it was meant."""
    if any(not _is_understood(c, context) for c in statement.conditions):
        return not statement.allows
    return all(condition.holds(context) for condition in statement.conditions)


def _is_understood(condition: Condition, context: Context) -> bool:
    return condition.understood and (condition.key in context or is_known(condition.key))


def not_understood(request: Request, policies: Policies) -> list[str]:
    """The conditions that stood against the request because operator or key are not known here."""
    limits = (policy for _, limit in policies.boundaries for policy in limit)
    about = _about((*policies.identity, policies.resource, *limits), request.action)
    strange = (c for s in about for c in s.conditions if not _is_understood(c, request.context))
    return sorted({f"{c.operator} {c.key}" for c in strange})
