"""Replays of archives: the archived events of a time range go to the rules of their bus once more.

LocalStack reads the times of archived events as dates, which they are not, and fails.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
The archived event is delivered as it is, with `replay-name`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api.events import (
    IllegalStatusException,
    LimitExceededException,
    ReplayState,
    ResourceAlreadyExistsException,
    StartReplayResponse,
)
from localstack.services.events.models import ValidationException

from localstack_host.localstack_api import RequestContext
from localstack_host.services.simultaneous_requests import one_at_a_time

LOG = logging.getLogger(__name__)
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
ACTIVE = frozenset({ReplayState.STARTING, ReplayState.RUNNING})
MOST_ACTIVE = 10
STOPPED = "The emulator was stopped during the replay."


def start(provider: Any, context: RequestContext, request: dict[str, Any]) -> StartReplayResponse:
    """Stores a replay that can begin, and replays in a thread. One that is refused is not stored.

    Raises the exceptions of StartReplay.
    """
    store = provider.get_store(context.region, context.account_id)
    archive = _checked_archive(provider, store, request)
    replay = _stored(provider, context, store, request)
    replay.replay_start_time = datetime.now(UTC)
    arguments = (provider, replay, archive, context.trace_context["aws_trace_header"])
    threading.Thread(target=run, args=arguments, name="events-replay", daemon=True).start()
    return StartReplayResponse(
        ReplayArn=replay.arn,
        State=ReplayState.STARTING,
        ReplayStartTime=replay.replay_start_time,
    )


def run(provider: Any, replay: Any, archive: Any, trace_header: Any) -> None:
    """Replays an archive until its events are delivered, or the replay is canceled."""
    try:
        _begin(replay)
        for event in within(
            archive.events.values(), replay.event_start_time, replay.event_end_time
        ):
            if replay.state != ReplayState.RUNNING:
                break
            _deliver(provider, replay, event, trace_header)
            replay.event_last_replayed_time = _time(event)
    except Exception as error:
        LOG.exception("The replay %s failed", replay.arn)
        replay.state, replay.state_reason = ReplayState.FAILED, str(error)
    with _changing(replay):
        _end(replay)


def cancel(replay: Any) -> None:
    """Cancels a replay. Raises IllegalStatusException for one that has ended."""
    with _changing(replay):
        if replay.state not in ACTIVE:
            raise IllegalStatusException(
                f"Replay {replay.name} is not in a valid state for this operation."
            )
        replay.state = ReplayState.CANCELLING


def end_interrupted(replay: Any) -> None:
    """Ends a replay of a saved state that was active: nobody goes on with it."""
    if replay.state in ACTIVE:
        replay.state, replay.state_reason = ReplayState.FAILED, STOPPED
    if replay.replay_end_time is None:
        _end(replay)


def within(events: Iterable[Any], earliest: datetime, latest: datetime) -> Iterator[Any]:
    """The events of a range, the oldest first. Their times have whole seconds only."""
    first = earliest.replace(microsecond=0)
    yield from sorted((one for one in list(events) if first <= _time(one) <= latest), key=_time)


def _checked_archive(provider: Any, store: Any, request: dict[str, Any]) -> Any:
    name, source = request["replay_name"], request["event_source_arn"]
    if name in store.replays:
        raise ResourceAlreadyExistsException(f"Replay {name} already exists.")
    provider._validate_replay_time(request["event_start_time"], request["event_end_time"])
    service = provider._archive_service_store.get(source)
    if service is None:
        archive = source.split("/")[-1]
        raise ValidationException(
            f"Parameter EventSourceArn is not valid. Reason: Archive {archive} does not exist."
        )
    provider._validate_replay_destination(request["destination"], source)
    if sum(replay.state in ACTIVE for replay in list(store.replays.values())) >= MOST_ACTIVE:
        raise LimitExceededException("The requested resource exceeds the maximum number allowed.")
    return service.archive


def _stored(provider: Any, context: RequestContext, store: Any, request: dict[str, Any]) -> Any:
    service = provider.create_replay_service(
        request["replay_name"],
        context.region,
        context.account_id,
        request["event_source_arn"],
        request["destination"],
        request["event_start_time"],
        request["event_end_time"],
        request.get("description"),
    )
    store.replays[service.replay.name] = service.replay
    return service.replay


def _deliver(provider: Any, replay: Any, event: Any, trace_header: Any) -> None:
    """Gives an event to the rules of the bus, or to those that the replay names."""
    store = provider.get_store(replay.region, replay.account_id)
    bus = provider.get_event_bus(replay.destination["Arn"].rpartition("/")[2], store)
    named = replay.destination.get("FilterArns")
    rules = [rule for rule in list(bus.rules.values()) if not named or rule.arn in named]
    provider._process_rules_async(
        {
            "rules": rules,
            "region": replay.region,
            "account_id": replay.account_id,
            "event_formatted": {**event, "replay-name": replay.name},
            "trace_header": trace_header,
        }
    )


def _begin(replay: Any) -> None:
    with _changing(replay):
        if replay.state == ReplayState.STARTING:
            replay.state = ReplayState.RUNNING


def _end(replay: Any) -> None:
    canceled = replay.state == ReplayState.CANCELLING
    if replay.state != ReplayState.FAILED:
        replay.state = ReplayState.CANCELLED if canceled else ReplayState.COMPLETED
    replay.replay_end_time = datetime.now(UTC)


def _changing(replay: Any) -> Any:
    return one_at_a_time("state of a replay", replay.arn)


def _time(event: Any) -> datetime:
    return datetime.strptime(event["time"], TIME_FORMAT).replace(tzinfo=UTC)
