"""Looks for garbage in cycles less often: a pass stops everything that the emulator does.

Python looks after every 2,000 new objects, and through all of them after a hundred times that. The
emulator has half a million at rest and makes thousands for an execution, so that a sixth of its
time went into passes, each of which also copies pages that it shares with the process that saves.
Most objects are freed without a pass, when nothing refers to them any more.
"""

from __future__ import annotations

import gc

from localstack_host.localstack_api import on_infra_start

THRESHOLDS = (50_000, 20, 20)


@on_infra_start()
def look_less_often() -> None:
    """The hook `localstack.hooks.on_infra_start`."""
    gc.set_threshold(*THRESHOLDS)
