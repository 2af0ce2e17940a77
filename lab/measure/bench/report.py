"""The results of a bench."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lab.measure.bench.burst import Burst
from lab.measure.bench.numbers import Times, ratio
from lab.measure.cost.usage import Cost


@dataclass(frozen=True)
class Machine:
    """The machine of a bench: its cores, and the load average before and after."""

    cores: int
    load_before: float
    load_after: float

    @classmethod
    def since(cls, load_before: float) -> Machine:
        """The machine at the end of a bench."""
        return cls(os.cpu_count() or 1, round(load_before, 1), load())


def load() -> float:
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 1)


@dataclass(frozen=True)
class Side:
    """The results of one emulator in a comparison.

    `processor_ms` is the processor time of an execution, functions included; it depends least on
    other programs of the machine. `failed` executions do not count in the rate.
    """

    name: str
    lambda_cold_ms: Times
    lambda_warm_ms: Times
    executions_per_s: float
    processor_ms: float
    failed: int
    memory_mb: float


@dataclass(frozen=True)
class Comparison:
    """The results of two emulators that did the same work in alternating rounds."""

    ours: Side
    theirs: Side
    executions: int
    concurrency: int

    @property
    def ratios(self) -> dict[str, float]:
        """Ours divided by theirs: below 1 is better for times, above 1 for executions a second."""
        ours, theirs = self.ours, self.theirs
        return {
            "lambda_cold_p50": ratio(ours.lambda_cold_ms.p50, theirs.lambda_cold_ms.p50),
            "lambda_warm_p50": ratio(ours.lambda_warm_ms.p50, theirs.lambda_warm_ms.p50),
            "executions_per_s": ratio(ours.executions_per_s, theirs.executions_per_s),
            "processor_per_execution": ratio(ours.processor_ms, theirs.processor_ms),
            "memory": ratio(ours.memory_mb, theirs.memory_mb),
        }

    def as_dict(self) -> dict[str, Any]:
        """The values for JSON."""
        return {**asdict(self), "ratios": self.ratios}


@dataclass(frozen=True)
class Report:
    """All measurements; None for those that could not be taken.

    Times are in seconds or milliseconds, memory is in MB (10^6 bytes). `growth` is the time of a
    checkout with `stored_orders` orders in the tables, divided by that without. `processor_ms` is
    the processor time of an execution, functions included. `memory_at_rest_mb` is read after
    surplus function processes have ended.
    """

    emulator_start_s: float | None
    deploy_s: float | None
    redeploy_s: float | None
    lambda_cold_ms: Times
    lambda_warm_ms: Times
    conditional_update_ms: Times
    checkout_ms: Times
    checkouts_per_s: float
    executions_per_s: float
    processor_ms: float | None
    stored_orders: int
    checkout_ms_with_stored_orders: Times
    growth: float
    memory_mb: float | None
    memory_at_rest_mb: float | None
    cost: Cost | None
    burst: Burst
    machine: Machine
    settings: Mapping[str, Any]
    comparison: Comparison | None = None

    def as_dict(self) -> dict[str, Any]:
        """The values for JSON: the cost as one number, and its parts."""
        result = asdict(self)
        cost = result.pop("cost")
        result |= {
            "burst": {**result["burst"], "per_second": self.burst.per_second},
            "cost_per_checkout_usd": cost and cost["total"],
            "cost_parts_usd": cost and cost["parts"],
            "cost_counted": cost and cost["counted"],
            "comparison": self.comparison and self.comparison.as_dict(),
        }
        return result
