"""The entry point PROVIDER_OVERRIDE_EVENTS=host: LocalStack's EventBridge with `patches`."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import Service, provides
from localstack_host.services.events import patches


@provides("events")
def events() -> Service:
    """LocalStack's EventBridge with its patches."""
    from localstack.services.events.provider import EventsProvider

    patches.apply_patches()
    untyped: Any = EventsProvider
    return Service.for_provider(untyped())
