"""Where event source mappings stand in the streams of tables.

A mapping goes on after the last record that its function has processed: what it was processing when
the state was saved, it gets again, as on AWS after a failure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

Position = dict[str, Any]


def of(provider: Any) -> dict[str, Position]:
    """The positions by the mapping's UUID."""
    pollers = {uuid: worker.poller for uuid, worker in list(provider.esm_workers.items())}
    return {
        uuid: poller.position for uuid, poller in pollers.items() if hasattr(poller, "position")
    }


def load(provider: Any, saved: dict[str, Position], _folder: Path) -> None:
    """Notes the positions; `restart` gives them to the pollers before they start."""
    provider.saved_positions = saved


def restart(poller: Any, position: Position | None) -> None:
    """Sets the position of a poller that has not started."""
    if position is not None and hasattr(poller, "go_on_from"):
        poller.go_on_from(position)
