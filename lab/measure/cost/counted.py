"""The counted usage: of one order, of one sweep, and of the resources that exist all month."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.measure.cost.usage import Usage

FILE = Path(__file__).resolve().parent / "counted.json"


@dataclass(frozen=True)
class FunctionUse:
    """The use of a function by one order: invocations, and their total billed milliseconds."""

    name: str
    invocations: int
    billed_ms: float
    memory_mb: int


@dataclass(frozen=True)
class Structure:
    """Numbers of resources that are billed independent of orders."""

    functions: int
    composite_alarms: int
    dashboards: int
    tables: int
    indexes: int
    watched_queues: int
    business_metrics: int


@dataclass(frozen=True)
class DataEvents:
    """Data events that an audit trail would record, for one order and for one sweep."""

    order: int = 0
    sweep: int = 0


@dataclass(frozen=True)
class Measured:
    """The mean warm invocation of a function.

    `processor_ms` is the processor time of its process, `waiting_ms` the rest of its duration,
    `memory_used_mb` the maximum memory of an invocation.
    """

    name: str
    invocations: int
    processor_ms: float
    waiting_ms: float
    memory_used_mb: int
    timeout_s: int


@dataclass(frozen=True)
class Counted:
    """Everything that a bill is computed from.

    `execution_s` is the duration of the workflow, `stored_bytes` what the order leaves in tables
    and indexes. `memory` is empty if it was not measured.
    """

    on: str
    checkout: Usage
    sweep: Usage
    functions: tuple[FunctionUse, ...]
    execution_s: float
    stored_bytes: int
    structure: Structure
    data_events: DataEvents = DataEvents()
    memory: tuple[Measured, ...] = ()


def save(counted: Counted) -> None:
    """Stores the count, for `lab cost --stored` and docs/cost.md."""
    FILE.write_text(json.dumps(asdict(counted), indent=2) + "\n")


def stored() -> Counted:
    """The stored count."""
    content: dict[str, Any] = json.loads(FILE.read_text())
    return Counted(
        **content
        | {
            "checkout": Usage(**content["checkout"]),
            "sweep": Usage(**content["sweep"]),
            "functions": _all(FunctionUse, content["functions"]),
            "structure": Structure(**content["structure"]),
            "data_events": DataEvents(**content.get("data_events", {})),
            "memory": _all(Measured, content["memory"]),
        }
    )


def _all[T](kind: type[T], entries: Iterable[dict[str, Any]]) -> tuple[T, ...]:
    return tuple(kind(**entry) for entry in entries)
