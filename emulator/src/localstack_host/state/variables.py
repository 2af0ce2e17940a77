"""The variables and the page of the state, for the command line and the emulator."""

from __future__ import annotations

from localstack_host.host.settings import STATE

REFUSED = "LOCALSTACK_HOST_REFUSED_STATE"
"""Set by the emulator for itself, when it starts again because a state cannot be loaded."""
PATH = "/_host/state"


def keeps_state() -> bool:
    """Whether the state is loaded and saved."""
    return STATE.value() != "off"
