"""The panels of the machine room: each is read anew when it is old enough."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from lab.core.errors import LabError
from lab.shop_server.machine_room.bus import BusListener
from lab.shop_server.machine_room.levers import Levers
from lab.shop_server.machine_room.sources import Sources

POINTS = 600  # of the line of a product's stock
READERS = 6
KEPT = 300  # panels; beyond that, those of the orders that were read longest ago are dropped

Key = tuple[str, str]


@dataclass(frozen=True)
class Panel:
    """How a panel is read, and for how many seconds what was read will do."""

    read: Callable[[str], Any]
    lasts_s: float
    of_order: bool = False


@dataclass
class Panels:
    """What was read last, for all who look: ten browsers ask the emulator no more than one.

    Panels are read side by side, and only while somebody looks: one that takes long, because the
    emulator is busy, holds up no other.
    """

    sources: Sources
    bus: BusListener
    levers: Levers | None
    _known: dict[Key, tuple[float, Any]] = field(default_factory=dict)
    _reading: set[Key] = field(default_factory=set)
    _lines: dict[str, deque[tuple[int, int]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READERS))

    def look(self, order: str) -> dict[str, Any]:
        """The panels about an order, or about the newest without one, as they were read last."""
        with self._lock:
            _, newest = self._known.get(("executions", ""), (0, []))
            chosen = order or (newest[0]["order"] if isinstance(newest, list) and newest else "")
            found = {"chosen": chosen, "levers": self.levers.states() if self.levers else None}
            for name, kind in self._kinds.items():
                key = (name, chosen if kind.of_order else "")
                if chosen or not kind.of_order:
                    self._refresh(key, kind)
                if key in self._known:
                    found[name] = self._known[key][1]
            return found

    def close(self) -> None:
        """Reads no more."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

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

    def _refresh(self, key: Key, kind: Panel) -> None:
        at, _ = self._known.get(key, (float("-inf"), None))
        if self._closed or key in self._reading:
            return
        if time.monotonic() - at >= kind.lasts_s:
            self._reading.add(key)
            self._pool.submit(self._read, key, kind)

    def _read(self, key: Key, kind: Panel) -> None:
        value = _readable(kind, key[1])
        with self._lock:
            self._reading.discard(key)
            self._known.pop(key, None)  # so that the first one is what was read longest ago
            if len(self._known) >= KEPT:
                del self._known[next(known for known in self._known if known[1])]
            self._known[key] = (time.monotonic(), value)

    def _stock(self, order: str) -> dict[str, Any]:
        """The line of each product's stock: (milliseconds, pieces), a point for each change."""
        now = int(time.time() * 1000)
        pieces = self.sources.stock(order)
        for sku, available in pieces.items():
            line = self._lines.setdefault(sku, deque(maxlen=POINTS))
            if not line or line[-1][1] != available:
                line.append((now, available))
        return {"now": now, "lines": {sku: list(self._lines[sku]) for sku in pieces}}


def _readable(kind: Panel, order: str) -> Any:
    """What was read; what went wrong is shown in the panel, and the others go on."""
    try:
        return kind.read(order)
    except (ClientError, BotoCoreError, httpx.HTTPError) as error:
        return {"error": f"This cannot be read: {error}"}
    except LabError as error:
        return {"error": error.message}
    except Exception as error:  # a mistake of ours must not leave the panel as it was, for ever
        logging.getLogger(__name__).exception("panel")
        return {"error": f"This cannot be read: {type(error).__name__}"}
