"""The patches of EventBridge: matches and invocations are counted (`metrics.py`)."""

from __future__ import annotations

from functools import cache
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.events import metrics


@cache
def apply_patches() -> None:
    """Applies the patches, when EventBridge is loaded."""
    from localstack.services.events import provider
    from localstack.services.events.target import TargetSender

    untyped: Any = provider
    replace(provider, "matches_event", metrics.noting(untyped.matches_event))

    @patch(provider.EventsProvider._process_rules)
    def process_rules(original: Any, events: Any, rule: Any, *arguments: Any) -> None:
        metrics.MATCHING.matched = False
        original(events, rule, *arguments)
        if metrics.MATCHING.matched:
            metrics.triggered(rule)

    @patch(TargetSender.process_event)
    def process_event(original: Any, sender: Any, *arguments: Any) -> None:
        try:
            original(sender, *arguments)
        except Exception:
            metrics.invoked(sender, well=False)
            raise
        metrics.invoked(sender, well=True)
