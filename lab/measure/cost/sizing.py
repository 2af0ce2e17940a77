"""How much memory a function should have: measured processor time, and a model of Lambda.

Lambda gives a function processor time in proportion to its memory: one whole processor at 1,769 MB
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). The emulator does not:
here a function has the same time whatever its memory. So what is measured is the processor time of
an invocation, which is real, and the rest of its duration, which it waits. The model:

    duration = processor time / min(1, memory / 1,769 MB) + waiting

A second processor does not help: a handler runs in one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from lab.measure.cost.counted import Measured
from lab.measure.cost.prices import PriceList

WHOLE_PROCESSOR_MB = 1769
SIZES_MB = (128, 192, 256, 384, 512, 768, 1024, 1769)
SPARE = 1.25
"""A function should have this much more memory than it was seen to use."""
OF_TIMEOUT = 0.5
"""The share of its time-out that a mean invocation may take: slow ones take longer."""
MILLION = 1_000_000


@dataclass(frozen=True)
class Size:
    """What a function would take and cost with an amount of memory, by the model."""

    memory_mb: int
    duration_ms: float
    usd_per_million: float
    fits: bool


@dataclass(frozen=True)
class Sizes:
    """A function at every size."""

    measured: Measured
    sizes: tuple[Size, ...]

    @property
    def cheapest(self) -> Size | None:
        """The cheapest size with memory and time enough; None if none has."""
        fitting = [size for size in self.sizes if size.fits]
        return min(fitting, key=lambda size: size.usd_per_million, default=None)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "cheapest": self.cheapest and asdict(self.cheapest)}


def share(memory_mb: float) -> float:
    """The part of a processor that one thread gets with so much memory."""
    return min(1.0, memory_mb / WHOLE_PROCESSOR_MB)


def duration_ms(measured: Measured, memory_mb: float) -> float:
    """How long a mean warm invocation would take with so much memory."""
    return measured.processor_ms / share(memory_mb) + measured.waiting_ms


def of(measured: Sequence[Measured], listed: PriceList) -> tuple[Sizes, ...]:
    """Every function at every size."""
    return tuple(
        Sizes(one, tuple(size_of(one, memory_mb, listed) for memory_mb in SIZES_MB))
        for one in measured
    )


def size_of(measured: Measured, memory_mb: int, listed: PriceList) -> Size:
    """A function with so much memory."""
    duration = duration_ms(measured, memory_mb)
    enough = memory_mb >= measured.memory_used_mb * SPARE
    in_time = duration <= measured.timeout_s * 1e3 * OF_TIMEOUT
    return Size(memory_mb, duration, _usd(duration, memory_mb, listed), enough and in_time)


def _usd(duration: float, memory_mb: float, listed: PriceList) -> float:
    """A million invocations: the requests, and their time in whole milliseconds."""
    gb_seconds = ceil(duration) / 1e3 * memory_mb / 1024
    each = listed.of("lambda_requests").usd + gb_seconds * listed.of("lambda_gb_seconds").usd
    return each * MILLION
