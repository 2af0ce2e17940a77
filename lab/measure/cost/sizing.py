"""Recommends memory sizes for functions, from measured processor time and a model of Lambda.

Lambda allocates processor time in proportion to memory: one full vCPU at 1,769 MB
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). On the emulator, memory
does not change the speed. Therefore the processor time of an invocation is measured, and the rest
of its duration counts as waiting. The model:

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
"""The required memory, divided by the maximum that was used."""
OF_TIMEOUT = 0.5
"""The share of its timeout that a mean invocation may take: slow ones take longer."""
MILLION = 1_000_000


@dataclass(frozen=True)
class Size:
    """The duration and price of a function with a memory size, by the model."""

    memory_mb: int
    duration_ms: float
    usd_per_million: float
    fits: bool


@dataclass(frozen=True)
class Sizes:
    """A function at every memory size."""

    measured: Measured
    sizes: tuple[Size, ...]

    @property
    def cheapest(self) -> Size | None:
        """The cheapest size with enough memory and time; None if there is none."""
        fitting = [size for size in self.sizes if size.fits]
        return min(fitting, key=lambda size: size.usd_per_million, default=None)

    def as_dict(self) -> dict[str, Any]:
        """The values for JSON."""
        return {**asdict(self), "cheapest": self.cheapest and asdict(self.cheapest)}


def share(memory_mb: float) -> float:
    """The share of a vCPU that one thread gets with this memory, 0 to 1."""
    return min(1.0, memory_mb / WHOLE_PROCESSOR_MB)


def duration_ms(measured: Measured, memory_mb: float) -> float:
    """The duration of a mean warm invocation with this memory, in milliseconds."""
    return measured.processor_ms / share(memory_mb) + measured.waiting_ms


def of(measured: Sequence[Measured], price_list: PriceList) -> tuple[Sizes, ...]:
    """Every function at every memory size."""
    return tuple(
        Sizes(one, tuple(size_of(one, memory_mb, price_list) for memory_mb in SIZES_MB))
        for one in measured
    )


def size_of(measured: Measured, memory_mb: int, price_list: PriceList) -> Size:
    """A function with this memory."""
    duration = duration_ms(measured, memory_mb)
    enough = memory_mb >= measured.memory_used_mb * SPARE
    in_time = duration <= measured.timeout_s * 1e3 * OF_TIMEOUT
    return Size(memory_mb, duration, _usd(duration, memory_mb, price_list), enough and in_time)


def _usd(duration: float, memory_mb: float, price_list: PriceList) -> float:
    """The price of a million invocations: requests, and time in whole milliseconds."""
    gb_seconds = ceil(duration) / 1e3 * memory_mb / 1024
    each = (
        price_list.of("lambda_requests").usd + gb_seconds * price_list.of("lambda_gb_seconds").usd
    )
    return each * MILLION
