"""The entry point PROVIDER_OVERRIDE_EVENTS=host: LocalStack's EventBridge with `patches`."""

from __future__ import annotations

from typing import Any

from localstack.services.events.models import ValidationException
from localstack.services.events.provider import EventsProvider

from localstack_host.localstack_api import RequestContext, Service, provides
from localstack_host.services.events import patches, scheduled_rules


@provides("events")
def events() -> Service:
    """LocalStack's EventBridge with its patches."""
    patches.apply_patches()
    untyped: Any = Events
    return Service.for_provider(untyped())


class Events(EventsProvider):
    """EventBridge whose rules run at their times."""

    def put_rule(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, name: str, **rest: Any
    ) -> Any:
        """Creates or changes a rule. Raises ValidationException for a schedule that is none."""
        schedule = rest.get("schedule_expression")
        if schedule and not scheduled_rules.is_schedule(schedule):
            raise ValidationException("Parameter ScheduleExpression is not valid.")
        response: Any = super().put_rule(context, name, **rest)
        service = self._rule_services_store[response["RuleArn"]]
        if schedule and service.rule.targets:
            run = self._get_scheduled_rule_job_function(
                context.account_id, context.region, service.rule
            )
            service.create_schedule_job(run)
        return response
