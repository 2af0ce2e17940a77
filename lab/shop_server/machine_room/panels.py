"""The panels of the machine room: each is read anew when it is old enough."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from lab.core.errors import LabError
from lab.shop_server.machine_room.bus import BusListener
from lab.shop_server.machine_room.levers import Levers
from lab.shop_server.machine_room.sources import Sources

POINTS = 600  # of the line of a product's stock
KEPT = 300  # panels: of the orders that somebody looked at


@dataclass(frozen=True)
class Panel:
    """How a panel is read, and for how many seconds what was read will do."""

    read: Callable[[str], Any]
    lasts_s: float
    of_order: bool = False


@dataclass
class Panels:
    """What was read last, for all who look: ten browsers ask the emulator no more than one."""

    sources: Sources
    bus: BusListener
    levers: Levers | None
    _read: dict[tuple[str, str], tuple[float, Any]] = field(default_factory=dict)
    _lines: dict[str, deque[tuple[int, int]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, order: str) -> dict[str, Any]:
        """All panels about an order, or about the newest without one."""
        with self._lock:
            newest = self._panel("executions", "", self._kinds["executions"])
            chosen = order or (newest[0]["order"] if isinstance(newest, list) and newest else "")
            found = {
                name: self._panel(name, chosen if kind.of_order else "", kind)
                for name, kind in self._kinds.items()
                if chosen or not kind.of_order
            }
            return {"chosen": chosen, "levers": self._levers(), **found}

    @property
    def _kinds(self) -> dict[str, Panel]:
        sources = self.sources
        return {
            "executions": Panel(lambda _: sources.executions(), 0.3),
            "execution": Panel(sources.execution, 0.3, True),
            "order": Panel(sources.order, 0.8, True),
            "stock": Panel(self._stock, 0.3, True),
            "reservation": Panel(sources.reservation, 0.8, True),
            "ledger": Panel(sources.ledger, 0.8, True),
            "events": Panel(lambda _: self.bus.heard(), 0.3),
            "queues": Panel(lambda _: sources.queues(), 1.5),
            "mails": Panel(sources.mails, 2, True),
            "logs": Panel(lambda _: sources.log_lines(), 1.5),
            "alarms": Panel(lambda _: sources.alarms(), 5),
            "refusals": Panel(lambda _: sources.refusals(), 2),
        }

    def _panel(self, name: str, order: str, kind: Panel) -> Any:
        at, value = self._read.get((name, order), (float("-inf"), None))
        if time.monotonic() - at < kind.lasts_s:
            return value
        value = _read(kind, order)
        while len(self._read) >= KEPT:
            self._read.pop(next(iter(self._read)))
        self._read[name, order] = (time.monotonic(), value)
        return value

    def _stock(self, order: str) -> dict[str, Any]:
        """The line of each product's stock: (milliseconds, pieces), a point for each change."""
        now = int(time.time() * 1000)
        pieces = self.sources.stock(order)
        for sku, available in pieces.items():
            line = self._lines.setdefault(sku, deque(maxlen=POINTS))
            if not line or line[-1][1] != available:
                line.append((now, available))
        return {"now": now, "lines": {sku: list(self._lines[sku]) for sku in pieces}}

    def _levers(self) -> Any:
        return self.levers.states() if self.levers else None


def _read(kind: Panel, order: str) -> Any:
    """What was read; what went wrong is shown in the panel, and the others go on."""
    try:
        return kind.read(order)
    except (ClientError, BotoCoreError, httpx.HTTPError) as error:
        return {"error": f"This cannot be read: {error}"}
    except LabError as error:
        return {"error": error.message}
