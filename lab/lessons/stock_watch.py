"""Records the stock of products in a thread while other code runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from lab.console.drawing.shown import Picture
from lab.lessons import plots

POLL_S = 0.05


@dataclass
class StockWatch:
    """The recorded (seconds, pieces) of each SKU, from before the block to after it."""

    look: Callable[[str], int]
    skus: Sequence[str]
    seen: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Starts recording."""
        self.seen = {sku: [] for sku in self.skus}
        self._began, self._stopped = time.monotonic(), threading.Event()
        self._record()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Records once more, and stops."""
        self._stopped.set()
        self._thread.join()
        self._record()

    def _watch(self) -> None:
        while not self._stopped.wait(POLL_S):
            self._record()

    def _record(self) -> None:
        for sku in self.skus:
            self.seen[sku].append((time.monotonic() - self._began, self.look(sku)))

    def plot(self, title: str = "Stock over time") -> Picture:
        """The stock as steps over time; below zero is red."""
        return plots.stock(self.seen, title)
