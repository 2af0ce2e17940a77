"""Evaluates policies for a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Within one account, an explicit deny in any policy denies. Otherwise the request is allowed if the
identity's policies or the resource's policy allow it, and every boundary does, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from localstack_host.services.iam.condition_keys import is_known
from localstack_host.services.iam.conditions import Condition
from localstack_host.services.iam.patterns import Context, matches_arn, matches_text, resolve
from localstack_host.services.iam.policies import Policy, Principals, Statement

CACHED = 4096  # pairs of a policy and an action, and decisions


class Caller(NamedTuple):
    """The principal of a request.

    `arn` is the ARN in AWS's messages; `names` are the ARNs that match the caller in a resource's
    policy. `service` is set if an AWS service is the principal; then `names` are its own. `role` is
    the name of the role of a session, `user` that of an IAM user. `anonymous` callers sign nothing
    and have no account. `federated` is the ARN of the caller's identity provider.
    """

    arn: str
    account: str
    names: tuple[str, ...] = ()
    service: str = ""
    role: str = ""
    anonymous: bool = False
    federated: str = ""
    user: str = ""


class Request(NamedTuple):
    """An action on a resource, with its condition keys."""

    caller: Caller
    action: str
    resource: str
    context: Context


@dataclass(frozen=True)
class Grant:
    """The elements of a policy that allowed a request."""

    sid: str
    action: str
    resource: str


class Source(StrEnum):
    """The type of the deciding policy, as in AWS's messages."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True)
class Decision:
    """The result. `grant` is set if an identity's policy allowed it; `reason` if it is denied."""

    allowed: bool
    reason: str = ""
    grant: Grant | None = None


class Policies(NamedTuple):
    """All applicable policies. Each of the `boundaries` must allow a request, too.

    With `resource_decides` (roles and KMS keys) the resource's policy must allow it to the caller
    or to its whole account; otherwise one of the two types is enough. `owner` is the account of
    a resource whose ARN has none, such as a bucket.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundaries: tuple[tuple[Source, tuple[Policy, ...]], ...] = ()
    resource_decides: bool = False
    owner: str = ""


Naming = Callable[[Principals, Caller], bool]


def decide(request: Request, policies: Policies) -> Decision:
    """Returns whether the policies allow the request, and the reason."""
    denial = _explicit_denial(request, policies)
    if denial:
        return Decision(False, f"with an explicit deny in {_with_article(denial)}")
    grant = _first_grant(request, policies.identity)
    lacking = _lacking(request, policies, grant)
    if lacking:
        return Decision(False, f"because no {lacking} allows the {request.action} action")
    return Decision(True, grant=grant)


@lru_cache(CACHED)
def decide_unconditionally(
    caller: Caller, action: str, resource: str, policies: Policies
) -> Decision | None:
    """The decision, if it is the same for all condition keys; None if it may depend on them.

    It may be cached, as a policy that changes is another Policy: no change has to be noticed.
    """
    limits = (policy for _, limit in policies.boundaries for policy in limit)
    about = _statements((*policies.identity, policies.resource, *limits), action)
    if any(_depends_on_keys(statement) for statement in about):
        return None
    return decide(Request(caller, action, resource, {}), policies)


def _depends_on_keys(statement: Statement) -> bool:
    resources = (*statement.resources, *statement.not_resources)
    return bool(statement.conditions) or any("${" in resource for resource in resources)


def _with_article(source: Source) -> str:
    return f"{'an' if source is Source.IDENTITY else 'a'} {source}"


def _lacking(request: Request, policies: Policies, grant: Grant | None) -> Source | None:
    """The type of policy whose permission is missing; None if none is."""
    direct, through_account = _granted_by_resource(request, policies.resource)
    foreign = _needs_both(request, policies.owner)
    if foreign and not (grant and (direct or through_account)):
        return Source.RESOURCE if grant else Source.IDENTITY
    if policies.resource_decides and not (direct or (through_account and grant)):
        return Source.IDENTITY if through_account else Source.RESOURCE
    if not (grant or direct):
        return Source.RESOURCE if request.caller.service else Source.IDENTITY
    if not foreign and _granted_beyond_limits(request, policies.resource):
        return None
    limits = (source for source, limit in policies.boundaries if not _first_grant(request, limit))
    return next(limits, None)


def _needs_both(request: Request, owner: str) -> bool:
    """Whether the resource is another account's, so that both policies must allow the request."""
    in_arn = "".join(request.resource.split(":")[4:5])
    if request.caller.service or request.caller.anonymous:
        return False
    return (in_arn or owner) not in ("", request.caller.account)


def _granted_beyond_limits(request: Request, policy: Policy | None) -> bool:
    """Whether the resource's policy allows the request to this very user or session.

    Then, and if it allows it to everybody, boundaries and session policies only count if they deny.
    What it allows to a role is limited by them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
    """
    allowing = (s for s in _statements([policy], request.action) if s.principals and s.allows)
    here = (s for s in allowing if not {"*", request.caller.arn}.isdisjoint(_named_in_aws(s)))
    return any(_applies(statement, request) for statement in here)


def _named_in_aws(statement: Statement) -> tuple[str, ...]:
    return statement.principals.named("AWS") if statement.principals else ()


def _explicit_denial(request: Request, policies: Policies) -> Source | None:
    for source, limit in ((Source.IDENTITY, policies.identity), *policies.boundaries):
        if any(not s.allows and _applies(s, request) for s in _statements(limit, request.action)):
            return source
    denials = (s for s in _statements([policies.resource], request.action) if not s.allows)
    bounded = any(source is Source.BOUNDARY for source, _ in policies.boundaries)
    if any(_denies_caller(s, request.caller, bounded) and _applies(s, request) for s in denials):
        return Source.RESOURCE
    return None


def _first_grant(request: Request, policies: Iterable[Policy]) -> Grant | None:
    for statement in _statements(policies, request.action):
        if statement.allows and _applies(statement, request):
            return _grant(statement, request)
    return None


def _grant(statement: Statement, request: Request) -> Grant:
    actions = (a for a in statement.actions if _is_action(a, request.action))
    resources = (r for r in statement.resources if _is_resource(r, request))
    return Grant(statement.sid, next(actions, "NotAction"), next(resources, "NotResource"))


def _granted_by_resource(request: Request, policy: Policy | None) -> tuple[bool, bool]:
    """Whether the resource's policy allows the request to the caller, and to its account."""
    about = _statements([policy], request.action)
    allowing = [s for s in about if s.allows and _applies(s, request)]
    direct = any(_names(s, _is_named, request.caller) for s in allowing)
    return direct, any(_names(s, _account_is_named, request.caller) for s in allowing)


def may_be_granted(policy: Policy, action: str, caller: Caller) -> bool:
    """Whether a resource's policy allows the action, if all conditions hold, to the caller.

    Or to its account, which can let the caller do it.
    """
    allowing = [statement for statement in _statements([policy], action) if statement.allows]
    names = (_is_named, _account_is_named)
    return any(_names(statement, named, caller) for statement in allowing for named in names)


def _statements(policies: Iterable[Policy | None], action: str) -> Iterator[Statement]:
    """The statements that cover the action, for any resource."""
    return (statement for policy in policies if policy for statement in _covering(policy, action))


@lru_cache(CACHED)
def _covering(policy: Policy, action: str) -> tuple[Statement, ...]:
    return tuple(s for s in policy.statements if _covers_action(s, action))


def _denies_caller(denial: Statement, caller: Caller, bounded: bool) -> bool:
    """Whether a denial covers the caller. With NotPrincipal, AWS requires the account as well.

    A denial with NotPrincipal spares nobody who has a permissions boundary.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if denial.not_principals and bounded:
        return True
    return _names(denial, _is_named, caller) or _names(denial, _account_is_named, caller)


def _names(statement: Statement, named: Naming, caller: Caller) -> bool:
    if statement.not_principals:
        return not named(statement.not_principals, caller)
    return statement.principals is not None and named(statement.principals, caller)


def _is_named(principals: Principals, caller: Caller) -> bool:
    names = principals.named("AWS")
    if caller.federated:
        return caller.federated in principals.named("Federated")
    if "*" in names:  # everybody, including services
        return True
    if caller.service:
        services = principals.named("Service")
        return any(name in services for name in (caller.service, *caller.names))
    return any(name in names for name in caller.names)


def _account_is_named(principals: Principals, caller: Caller) -> bool:
    accounts = {caller.account, f"arn:aws:iam::{caller.account}:root"}
    outside = caller.service or caller.federated
    return not outside and not accounts.isdisjoint(principals.named("AWS"))


def _applies(statement: Statement, request: Request) -> bool:
    """Whether a statement that covers the action applies to this resource and context."""
    return _covers_resource(statement, request) and _conditions_hold(statement, request.context)


def _covers_action(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not any(_is_action(a, action) for a in statement.not_actions)
    return any(_is_action(a, action) for a in statement.actions)


def _covers_resource(statement: Statement, request: Request) -> bool:
    if statement.not_resources:
        return not any(_is_resource(r, request) for r in statement.not_resources)
    if not statement.resources:  # a trust policy, whose resource is its role
        return bool(statement.principals or statement.not_principals)
    return any(_is_resource(r, request) for r in statement.resources)


def _is_action(pattern: str, action: str) -> bool:
    return matches_text(pattern, action, any_case=True)


def _is_resource(pattern: str, request: Request) -> bool:
    resolved = resolve(pattern, request.context)
    return resolved is not None and matches_arn(resolved, request.resource)


def _conditions_hold(statement: Statement, context: Context) -> bool:
    """Whether all conditions hold. Unsupported ones never allow, and always deny."""
    if any(not _is_understood(c, context) for c in statement.conditions):
        return not statement.allows
    return all(condition.holds(context) for condition in statement.conditions)


def _is_understood(condition: Condition, context: Context) -> bool:
    return condition.understood and (condition.key in context or is_known(condition.key))


def depends_on(prefix: str, action: str, policies: Policies) -> bool:
    """Whether a statement about the action has a condition key or variable with this prefix."""
    limits = (policy for _, limit in policies.boundaries for policy in limit)
    about = _statements((*policies.identity, policies.resource, *limits), action)
    return any(_mentions(prefix, statement) for statement in about)


def _mentions(prefix: str, statement: Statement) -> bool:
    values = (value for condition in statement.conditions for value in condition.values)
    texts = (*statement.resources, *statement.not_resources, *values)
    in_keys = any(condition.key.startswith(prefix) for condition in statement.conditions)
    return in_keys or any("${" + prefix in text.lower() for text in texts)


def not_understood(request: Request, policies: Policies) -> list[str]:
    """The conditions with an unsupported operator or key, which counted against the request."""
    limits = (policy for _, limit in policies.boundaries for policy in limit)
    about = _statements((*policies.identity, policies.resource, *limits), request.action)
    unsupported = (c for s in about for c in s.conditions if not _is_understood(c, request.context))
    return sorted({f"{c.operator} {c.key}" for c in unsupported})
