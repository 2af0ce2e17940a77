"""Publishes notifications as the alarm, so that the topic's policy is applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

SERVICE = "cloudwatch"
_publishing: ContextVar[str | None] = ContextVar("publishing", default=None)


@contextmanager
def publishing_as(alarm: str) -> Iterator[None]:
    """Within the context, messages are published as the alarm with this ARN."""
    token = _publishing.set(alarm)
    try:
        yield
    finally:
        _publishing.reset(token)


def connect_as_alarm(connect_to: Any) -> Any:
    """Wraps `connect_to`: its SNS clients send the ARN of the current alarm as the source."""

    def connect(**options: Any) -> Any:
        return _Clients(connect_to(**options))

    return connect


class _Clients:
    def __init__(self, clients: Any) -> None:
        self._clients = clients

    def __getattr__(self, service: str) -> Any:
        client = getattr(self._clients, service)
        alarm = _publishing.get()
        if service != "sns" or alarm is None:
            return client
        return client.request_metadata(source_arn=alarm, service_principal=SERVICE)
