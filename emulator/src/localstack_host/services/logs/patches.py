"""The patches of CloudWatch Logs: events go to moto without an HTTP request, and are filtered.

LocalStack passes the request on to moto, which parses it once more; and a call in the process has
no HTTP request (`performance/in_process_calls.py`). Its filter patterns match everything.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

from localstack_host.localstack_api import CommonServiceException, RequestContext, replace
from localstack_host.performance import shortcuts
from localstack_host.services.logs import stored_events, subscriptions
from localstack_host.services.logs.patterns import pattern

STORING = "PutLogEvents"


@cache
def apply_patches() -> None:
    """Applies the patches, when CloudWatch Logs is loaded."""
    from localstack.services.logs import provider

    patch_filters()
    patch_reading()
    if not shortcuts.are_taken():
        return
    untyped: Any = provider
    original = untyped.call_moto

    def call_moto(context: RequestContext, *arguments: Any, **options: Any) -> Any:
        if context.operation and context.operation.name == STORING:
            return store(context)
        return original(context, *arguments, **options)

    replace(provider, "call_moto", call_moto)


def patch_filters() -> None:
    """Lets patterns decide which events are found, and which are delivered."""
    from localstack.services.logs import provider
    from moto.core.utils import unix_time_millis
    from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
    from moto.logs.models import LogEvent, LogsBackend, LogStream

    def get_pattern_matcher(text: str) -> Any:
        matches = pattern(text)
        return lambda _text, event: matches(event["message"]) is not None

    replace(provider, "get_pattern_matcher", get_pattern_matcher)

    def put_log_events(stream: Any, log_events: Any) -> str:
        stream.last_ingestion_time = int(unix_time_millis())
        stream.stored_bytes += sum(len(event["message"]) for event in log_events)
        events = [LogEvent(stream.last_ingestion_time, event) for event in log_events]
        stored = stored_events.of(stream)
        stored += events
        stream.upload_sequence_token += 1
        subscriptions.deliver(stream, events)
        return f"{stream.upload_sequence_token:056d}"

    def put_subscription_filter(
        backend: Any, group_name: str, name: str, text: str, arn: str, role: str
    ) -> None:
        if not (group := backend.groups.get(group_name)):
            raise ResourceNotFoundException("The specified log group does not exist.")
        try:
            subscriptions.check(arn, role, group.arn)
        except subscriptions.CannotDeliver as error:
            raise InvalidParameterException(str(error)) from error
        if existing := group.subscription_filters.get(name):
            existing.update(text, arn, role)
        else:
            group.put_subscription_filter(name, text, arn, role)

    # `replace`: LocalStack has patched them already.
    replace(LogStream, "put_log_events", put_log_events)
    replace(LogsBackend, "put_subscription_filter", put_subscription_filter)


def patch_reading() -> None:
    """Lets a range of time be read without decompressing what is outside of it."""
    from moto.logs.models import LogStream

    def update(stream: Any) -> None:
        times = stored_events.of(stream).times() or (None, None)
        stream.first_event_timestamp, stream.last_event_timestamp = times

    replace(LogStream, "_update", update)
    for name in ("get_log_events", "filter_log_events"):
        replace(LogStream, name, _narrowed(getattr(LogStream, name)))


def _narrowed(original: Any) -> Any:
    def read(stream: Any, start_time: Any, end_time: Any, *more: Any, **named: Any) -> Any:
        events = stored_events.of(stream).between(start_time, end_time)
        part = SimpleNamespace(events=events, log_stream_name=stream.log_stream_name)
        return original(part, start_time, end_time, *more, **named)

    return read


def go_on_counting(number: int) -> None:
    """The ids of new events go on after a load: a class counts them, anew in each process."""
    from moto.logs.models import LogEvent

    LogEvent._event_id = max(LogEvent._event_id, number)


def store(context: RequestContext) -> dict[str, Any]:
    """Stores the events of a request in moto, whose subscription filters get them."""
    from moto.core.exceptions import RESTError
    from moto.logs.models import logs_backends

    request: Any = context.service_request
    backend = logs_backends[context.account_id][context.region]
    try:
        token, rejected = backend.put_log_events(
            request.get("logGroupName"), request.get("logStreamName"), request.get("logEvents")
        )
    except RESTError as error:
        raise CommonServiceException(error.error_type, error.message, int(error.code)) from error
    response: dict[str, Any] = {"nextSequenceToken": token}
    return response | ({"rejectedLogEventsInfo": rejected} if rejected else {})
