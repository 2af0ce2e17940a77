"""An alarm speaks to a topic in its own name, so that the topic's policy decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

SERVICE = "cloudwatch"
_speaking: ContextVar[str | None] = ContextVar("speaking", default=None)


@contextmanager
def speaking_as(alarm: str) -> Iterator[None]:
    """What is published within comes from the alarm with this ARN."""
    before = _speaking.set(alarm)
    try:
        yield
    finally:
        _speaking.reset(before)


def in_the_alarms_name(connect_to: Any) -> Any:
    """`connect_to` whose topics are told which alarm publishes."""

    def connect(**options: Any) -> Any:
        return _Clients(connect_to(**options))

    return connect


class _Clients:
    def __init__(self, clients: Any) -> None:
        self._clients = clients

    def __getattr__(self, service: str) -> Any:
        client = getattr(self._clients, service)
        alarm = _speaking.get()
        if service != "sns" or alarm is None:
            return client
        return client.request_metadata(source_arn=alarm, service_principal=SERVICE)
