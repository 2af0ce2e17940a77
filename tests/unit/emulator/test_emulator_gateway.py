"""The repairs of API Gateway that need no emulator."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lab.emulator.method_settings import Gateway


def test_changes_of_a_stage_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each changes a copy of the stage and puts it back: two at a time would lose one."""
    inside, most = [], []

    def change(*_: Any) -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()

    monkeypatch.setattr(Gateway, "_update_stage", change)
    gateway = Gateway()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: gateway.update_stage(None, "api", "stage"), range(10)))

    assert max(most) == 1
