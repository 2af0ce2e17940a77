"""Whether requests and calls take shorter ways, as they do unless it is switched off."""

from __future__ import annotations

from functools import cache

from localstack_host.host.settings import SHORTCUTS


@cache
def are_taken() -> bool:
    """Whether they are taken by this process."""
    return SHORTCUTS.value() != "off"
