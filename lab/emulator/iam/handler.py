"""The check, in LocalStack's chain of handlers: after a request is parsed, before it is served."""

from __future__ import annotations

import logging
from typing import Any

from lab.emulator.iam import beforehand, refusals
from lab.emulator.iam.asking import Asker, Askers, conditions
from lab.emulator.iam.evaluation import Decision, Request, decide, not_understood
from lab.emulator.iam.holdings import policies_for
from lab.emulator.iam.needs import Need, NotUnderstood, Place, needs_of, prefix_of
from lab.emulator.iam.policies import MalformedPolicy
from lab.emulator.iam.usage import Usage

LOG = logging.getLogger(__name__)


class PermissionCheck:
    """Refuses what the caller's policies do not allow, and notes what they were used for."""

    def __init__(self, usage: Usage) -> None:
        self._usage = usage
        self._askers = Askers()

    def check(self, context: Any) -> None:
        """Checks a request (LocalStack's RequestContext). Raises the service's own error."""
        if not context.operation:
            return
        asker = self._askers.of(context)
        if asker is not None:
            self._require_all(asker, context)
        for check in beforehand.checks(context):
            self._require_beforehand(check, context)

    def _require_all(self, asker: Asker, context: Any) -> None:
        try:
            for need in _needs(context):
                request, decision = self._judge(asker, need, context)
                if not decision.allowed:
                    raise refusals.refusal(request, decision)
        except (NotUnderstood, MalformedPolicy) as error:
            raise self._not_understood(asker, context, str(error)) from error

    def _not_understood(self, asker: Asker, context: Any, why: str) -> Exception:
        prefix = prefix_of(context.service.service_name)
        request = Request(asker.caller, f"{prefix}:{context.operation.name}", "?", {})
        self._usage.note(request, Decision(False, why))
        LOG.warning("Refused, because it is not understood: %s: %s", asker.caller.arn, why)
        return refusals.not_understood(prefix, why)

    def _require_beforehand(self, check: beforehand.Check, context: Any) -> None:
        for need in check.needs:
            _, decision = self._judge(check.asker, need, context)
            if not decision.allowed:
                raise check.error(need)

    def _judge(self, asker: Asker, need: Need, context: Any) -> tuple[Request, Decision]:
        keys = conditions(asker, context) | dict(need.keys)
        request = Request(asker.caller, need.action, need.resource, keys)
        policies = policies_for(need.action, need.resource, asker.role, asker.limit)
        decision = decide(request, policies)
        self._usage.note(request, decision)
        if not decision.allowed:
            LOG.warning("Refused: %s", refusals.message(request, decision))
        for strange in () if decision.allowed else not_understood(request, policies):
            LOG.warning("A condition is not understood, and so stood against it: %s", strange)
        return request, decision


def _needs(context: Any) -> tuple[Need, ...]:
    place = Place(context.region, context.account_id, context.partition)
    service, operation = context.service.service_name, context.operation.name
    return needs_of(service, operation, context.service_request or {}, place)
