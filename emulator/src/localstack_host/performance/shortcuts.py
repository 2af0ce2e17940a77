"""Whether requests and calls take shorter ways, as they do unless it is switched off."""

from __future__ import annotations

import os
from functools import cache

from localstack_host.host.environment import SHORTCUTS_VARIABLE

OFF = "off"


@cache
def are_taken() -> bool:
    """Whether they are taken by this process."""
    return os.environ.get(SHORTCUTS_VARIABLE) != OFF
