"""The patches of EventBridge.

Without them, LocalStack

- loses events that a target has not taken (`undelivered.py`);
- does not count what rules match and invoke (`metrics.py`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from localstack_host.localstack_api import patch, replace
from localstack_host.services.events import metrics, undelivered


@cache
def apply_patches() -> None:
    """Applies the patches, when EventBridge is loaded."""
    from localstack.services.events import provider
    from localstack.services.events.target import TargetSender

    patch(TargetSender.process_event)(undelivered.deliver)

    untyped: Any = provider
    replace(provider, "matches_event", metrics.noting(untyped.matches_event))

    @patch(provider.EventsProvider._process_rules)
    def process_rules(original: Any, events: Any, rule: Any, *arguments: Any) -> None:
        metrics.MATCHING.matched = False
        original(events, rule, *arguments)
        if metrics.MATCHING.matched:
            metrics.triggered(rule)
