"""What was counted: the usage of one order and of one sweep, and what stands there all month."""

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
    """What one order took of a function: invocations, and their billed milliseconds in all."""

    name: str
    invocations: int
    billed_ms: float
    memory_mb: int


@dataclass(frozen=True)
class Structure:
    """What is there and billed whether somebody orders or not."""

    alarms: int
    composite_alarms: int
    dashboards: int
    tables: int
    indexes: int
    api_methods: int
    business_metrics: int


@dataclass(frozen=True)
class DataEvents:
    """What an audit trail would record: calls of its tables, by one order and by one sweep."""

    order: int = 0
    sweep: int = 0


@dataclass(frozen=True)
class Measured:
    """A function's mean warm invocation.

    `processor_ms` is the processor time of its process, `waiting_ms` the rest of its duration,
    `memory_used_mb` the most memory that an invocation had.
    """

    name: str
    invocations: int
    processor_ms: float
    waiting_ms: float
    memory_used_mb: int
    timeout_s: int


@dataclass(frozen=True)
class Counted:
    """Everything that a bill is made from.

    `execution_s` is how long the workflow took, `stored_bytes` what the order leaves in tables
    and indexes for good. `memory` is empty where nobody measured it.
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
    """Keeps what was counted, for `lab cost --stored` and docs/cost.md."""
    FILE.write_text(json.dumps(asdict(counted), indent=2) + "\n")


def stored() -> Counted:
    """What was last kept."""
    said: dict[str, Any] = json.loads(FILE.read_text())
    return Counted(
        **said
        | {
            "checkout": Usage(**said["checkout"]),
            "sweep": Usage(**said["sweep"]),
            "functions": _all(FunctionUse, said["functions"]),
            "structure": Structure(**said["structure"]),
            "data_events": DataEvents(**said.get("data_events", {})),
            "memory": _all(Measured, said["memory"]),
        }
    )


def _all[T](kind: type[T], entries: Iterable[dict[str, Any]]) -> tuple[T, ...]:
    return tuple(kind(**entry) for entry in entries)
