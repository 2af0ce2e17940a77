"""Notes a product's stock while something happens, from a thread of its own."""

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
    """What was seen: for each SKU its (seconds, pieces), from before the block to after it."""

    look: Callable[[str], int]
    skus: Sequence[str]
    seen: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Begins to look."""
        self.seen = {sku: [] for sku in self.skus}
        self._began, self._over = time.monotonic(), threading.Event()
        self._note()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Looks once more, and stops."""
        self._over.set()
        self._thread.join()
        self._note()

    def _watch(self) -> None:
        while not self._over.wait(POLL_S):
            self._note()

    def _note(self) -> None:
        for sku in self.skus:
            self.seen[sku].append((time.monotonic() - self._began, self.look(sku)))

    def plot(self, title: str = "Stock over time") -> Picture:
        """The stock as steps over time; below zero is red."""
        return plots.stock(self.seen, title)
