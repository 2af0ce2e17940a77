"""Checks permissions, in LocalStack's chain of handlers, before a parsed request is served."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from localstack_host.performance import shortcuts
from localstack_host.services.iam import (
    access_denied,
    decision_log,
    item_attributes,
    key_policies,
    resource_tags,
    setup_checks,
)
from localstack_host.services.iam.condition_keys import RESOURCE_TAG
from localstack_host.services.iam.evaluation import (
    Decision,
    Policies,
    Request,
    decide,
    decide_unconditionally,
    depends_on,
    not_understood,
)
from localstack_host.services.iam.policies import MalformedPolicy
from localstack_host.services.iam.policy_store import policies_for
from localstack_host.services.iam.principal import Principal, PrincipalResolver, conditions
from localstack_host.services.iam.required_permissions import (
    NotUnderstood,
    Permission,
    Place,
    needs_of,
    prefix_of,
)
from localstack_host.services.iam.usage import Usage

LOG = logging.getLogger(__name__)


class PermissionCheck:
    """Refuses requests that the caller's policies do not allow, and records their use."""

    def __init__(self, usage: Usage) -> None:
        self._usage = usage
        self._log = decision_log.recorder()
        self._principals = PrincipalResolver()

    def check(self, context: Any) -> None:
        """Checks a request (LocalStack's RequestContext). Raises the service's own error."""
        if not context.operation:
            return
        principal = self._principals.of(context)
        if principal is not None:
            self._require_all(principal, context)
        for check in setup_checks.checks(context):
            self._require_beforehand(check, context)
        key_policies.check(context, principal)

    def handle(self, _chain: Any, context: Any, _response: Any) -> None:
        """`check` as a handler of LocalStack's chain."""
        self.check(context)

    def allows(self, context: Any) -> bool:
        """Whether a request needs nothing that its caller may not do; notes the use if so.

        Raises what `check` raises for a caller that does not exist. What needs `setup_checks`, and
        everything while decisions are recorded, is for `check`.
        """
        if self._log.records:
            return False
        principal = self._principals.of(context)
        if principal is None:
            return True
        decided = []
        for need in _needs(principal, context):
            policies = policies_for(need.action, need.resource, principal.identity, principal.limit)
            decided.append(_decision(principal, need, policies, context, whole=False))
            if not decided[-1][1].allowed:
                return False
        for request, decision in decided:
            self._usage.note(request, decision)
        return True

    def require_also(self, context: Any, made: Callable[[Permission], Permission]) -> None:
        """Requires one more permission, made of the first that the request requires.

        Raises the service's own error.
        """
        principal = self._principals.of(context)
        if principal is not None:
            first, *_ = _needs(principal, context)
            self._require(principal, made(first), context)

    def _require_all(self, principal: Principal, context: Any) -> None:
        try:
            for need in _needs(principal, context):
                self._require(principal, need, context)
        except (NotUnderstood, MalformedPolicy) as error:
            raise self._not_understood(principal, context, str(error)) from error

    def _not_understood(self, principal: Principal, context: Any, reason: str) -> Exception:
        prefix = prefix_of(context.service.service_name)
        request = Request(principal.caller, f"{prefix}:{context.operation.name}", "?", {})
        self._usage.note(request, Decision(False, reason))
        LOG.warning(
            "Refused: the permissions of %s cannot be checked: %s", principal.caller.arn, reason
        )
        return access_denied.not_understood(prefix, reason)

    def _require(self, principal: Principal, need: Permission, context: Any) -> None:
        request, decision = self._decide(principal, need, context)
        if not decision.allowed:
            called = prefix_of(context.service.service_name)
            raise access_denied.refusal(called, request, decision)

    def _require_beforehand(self, check: setup_checks.Check, context: Any) -> None:
        for need in check.needs:
            _, decision = self._decide(check.principal, need, context)
            if not decision.allowed:
                raise check.error(need)

    def _decide(
        self, principal: Principal, need: Permission, context: Any
    ) -> tuple[Request, Decision]:
        policies = policies_for(need.action, need.resource, principal.identity, principal.limit)
        request, decision = _decision(principal, need, policies, context, self._log.records)
        self._usage.note(request, decision)
        self._log.note(context, request, decision)
        if not decision.allowed:
            LOG.warning("Refused: %s", access_denied.message(request, decision))
        for condition in () if decision.allowed else not_understood(request, policies):
            LOG.warning("An unsupported condition counted against the request: %s", condition)
        return request, decision


def _decision(
    principal: Principal, need: Permission, policies: Policies, context: Any, whole: bool
) -> tuple[Request, Decision]:
    """The decision, and what it was made about: without condition keys if none matters.

    With `whole` they are all there nevertheless.
    """
    caller, action, resource = principal.caller, need.action, need.resource
    if shortcuts.are_taken() and not whole:
        decision = decide_unconditionally(caller, action, resource, policies)
        if decision is not None:
            return Request(caller, action, resource, {}), decision
    keys = conditions(principal, context) | dict(need.keys)
    if whole or depends_on(RESOURCE_TAG, action, policies):
        keys |= resource_tags.of(resource, context.account_id, context.region)
    if action.startswith(item_attributes.PREFIX) and (
        whole or depends_on(item_attributes.PREFIX, action, policies)
    ):
        keys = item_attributes.of(context.operation.name, context.service_request, need) | keys
    request = Request(caller, action, resource, keys)
    return request, decide(request, policies)


def _needs(principal: Principal, context: Any) -> tuple[Permission, ...]:
    user = principal.caller.user
    place = Place(context.region, context.account_id, context.partition, user)
    service, operation = context.service.service_name, context.operation.name
    return needs_of(service, operation, context.service_request or {}, place)
