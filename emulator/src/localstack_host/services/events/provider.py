"""The entry point PROVIDER_OVERRIDE_EVENTS=host: LocalStack's EventBridge with `patches`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from localstack.aws.api.events import CancelReplayResponse, PutTargetsResponse, ReplayState
from localstack.aws.spec import load_service
from localstack.services.events.models import ValidationException
from localstack.services.events.provider import EventsProvider

from localstack_host.gateway import constraints
from localstack_host.localstack_api import RequestContext, Service, provides
from localstack_host.services.events import (
    event_patterns,
    patches,
    replays,
    scheduled_rules,
    sources,
)
from localstack_host.services.events import targets as target_checks
from localstack_host.services.simultaneous_requests import one_at_a_time


@provides("events")
def events() -> Service:
    """LocalStack's EventBridge with its patches."""
    patches.apply_patches()
    untyped: Any = Events
    return Service.for_provider(untyped())


DEFAULT_BUS = "default"
LONGEST_NAME = 64
NAME = re.compile(r"[\.\-_A-Za-z0-9]+")


class Events(EventsProvider):
    """EventBridge that checks patterns when it stores them, and whose rules run at their times."""

    def put_rule(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, name: str, **rest: Any
    ) -> Any:
        """Creates or changes a rule.

        Raises InvalidEventPatternException, and ValidationException for a name or a schedule that
        is none.
        """
        _check_name(name)
        _check_pattern(rest.get("event_pattern"))
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

    def test_event_pattern(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, event_pattern: str, **rest: Any
    ) -> Any:
        """Whether an event matches a pattern. Raises InvalidEventPatternException."""
        _check_pattern(event_pattern)
        return super().test_event_pattern(context, event_pattern=event_pattern, **rest)

    def put_targets(  # type: ignore[override] # the rest is passed on
        self, context: RequestContext, rule: str, targets: list[Any], **rest: Any
    ) -> Any:
        """Stores targets: all that are right, or none if one of them is refused."""
        untyped: Any = self
        service = untyped.get_rule_service(
            context.region, context.account_id, rule, rest.get("event_bus_name")
        )
        request = {"Rule": rule, "Targets": targets}
        with one_at_a_time("targets", service.rule.arn):
            target_checks.check(service.rule, request, _shape_of_put_targets())
            failed = service.validate_targets_input(targets)
            right = target_checks.without(targets, failed)
            super().put_targets(context, rule=rule, targets=right, **rest)
        return PutTargetsResponse(FailedEntryCount=len(failed), FailedEntries=failed)

    def _process_entry(self, entry: Any, processed: Any, failed: Any, context: Any) -> None:
        if sources.is_refused(entry, context):
            processed.append({**sources.REFUSAL})
            failed["count"] += 1
        else:
            super()._process_entry(entry, processed, failed, context)

    def create_event_bus(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Creates a bus; of several requests of its name, one does."""
        with one_at_a_time("bus", rest["name"]):
            return super().create_event_bus(context, **rest)

    def create_connection(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Creates a connection; of several requests of its name, one does."""
        with one_at_a_time("connection", rest["name"]):
            return super().create_connection(context, **rest)

    def create_api_destination(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Creates an API destination; of several requests of its name, one does."""
        with one_at_a_time("API destination", rest["name"]):
            return super().create_api_destination(context, **rest)

    def create_archive(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Creates an archive; of several requests of its name, one does.

        Raises InvalidEventPatternException.
        """
        _check_pattern(rest.get("event_pattern"))
        with one_at_a_time("archive", rest["archive_name"]):
            return super().create_archive(context, **rest)

    def start_replay(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Replays an archive; of several requests of one name, one does."""
        with one_at_a_time("replay", rest["replay_name"]):
            return replays.start(self, context, rest)

    def cancel_replay(self, context: RequestContext, replay_name: str, **_rest: Any) -> Any:
        """Cancels a replay that has not ended. Raises IllegalStatusException for others."""
        store = self.get_store(context.region, context.account_id)
        replay = self.get_replay(replay_name, store)
        replays.cancel(replay)
        return CancelReplayResponse(ReplayArn=replay.arn, State=ReplayState.CANCELLING)

    def _replay_to_describe_replay_response(self, replay: Any) -> Any:
        response: Any = super()._replay_to_describe_replay_response(replay)
        return response | ({"StateReason": replay.state_reason} if replay.state_reason else {})

    def update_archive(self, context: RequestContext, **rest: Any) -> Any:  # type: ignore[override]
        """Changes an archive, with the rule that collects its events.

        Raises InvalidEventPatternException.
        """
        _check_pattern(rest.get("event_pattern"))
        response: Any = super().update_archive(context, **rest)
        service: Any = self._archive_service_store[response["ArchiveArn"]]
        service._create_archive_rule()
        return response

    def put_permission(self, context: RequestContext, **rest: Any) -> None:  # type: ignore[override]
        """Lets others use a bus: the default one, if none is named."""
        super().put_permission(context, **_with_bus(rest))

    def remove_permission(self, context: RequestContext, **rest: Any) -> None:  # type: ignore[override]
        """Takes a permission from a bus: the default one, if none is named."""
        super().remove_permission(context, **_with_bus(rest))


@cache
def _shape_of_put_targets() -> Any:
    return load_service("events").operation_model("PutTargets").input_shape


def _check_name(name: str) -> None:
    broken = list(constraints.outside("length", len(name), 1, LONGEST_NAME))
    if not NAME.fullmatch(name):
        broken.append(constraints.mismatch(NAME.pattern))
    if broken:
        violations = [constraints.violation("name", each, name) for each in broken]
        raise ValidationException(constraints.detected(violations))


def _check_pattern(pattern: str | None) -> None:
    if pattern:
        event_patterns.check(pattern)


def _with_bus(parameters: dict[str, Any]) -> dict[str, Any]:
    return {**parameters, "event_bus_name": parameters.get("event_bus_name") or DEFAULT_BUS}
