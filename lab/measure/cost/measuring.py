"""Measures the processor time of the functions' processes while real orders run."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil

from lab.core import endpoints, process_tree, run_state
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.measure.cost import metering
from lab.measure.cost.counted import Measured
from lab.shop import logs, purchase

ORDERS = 30
WARM_UPS = 3
TRIES = 3
REPORTS_S = 30.0
POLL_S = 0.2
REPORT = re.compile(r"\tDuration: ([\d.]+) ms\t.*Max Memory Used: (\d+) MB")

Processes = Mapping[int, float]


@dataclass(frozen=True)
class _Invocation:
    duration_ms: float
    memory_mb: int


def functions(
    target: Target, request: Mapping[str, Any], on_progress: Progress, orders: int = ORDERS
) -> tuple[Measured, ...]:
    """The mean warm invocation of every function, over `orders` orders and as many sweeps.

    Measures again if a function has other processes at the end: one that started, whose start the
    numbers would include, or one of an earlier burst that ended because it was idle.

    Raises LabError if the functions do not run as processes of this machine, or if one has other
    processes each time.
    """
    emulator = _emulator(target)
    _work(target, request, WARM_UPS, on_progress)
    for _ in range(TRIES):
        before, began = _processor_s(target, emulator), datetime.now(UTC)
        _work(target, request, orders, on_progress)
        after = _processor_s(target, emulator)
        changed = [name for name in logs.functions() if not _same(before[name], after[name])]
        if not changed:
            return tuple(
                _measured(target, name, before[name], after[name], began) for name in before
            )
        on_progress(f"once more: {', '.join(changed)} had other processes at the end")
    raise LabError(
        f"{changed[0]} was restarted while it was measured, {TRIES} times.",
        "Try again when nothing else uses the lab.",
    )


def _emulator(target: Target) -> psutil.Process:
    state = run_state.load()
    here = state and target.endpoint and _is_one(state.endpoint, target.endpoint)
    process = state.process() if state and here else None
    if process:
        return process
    raise LabError(
        f"The functions of {target.endpoint} are not processes of this lab.",
        "Start the emulator with `lab up --host`, without AWS_ENDPOINT_URL elsewhere.",
    )


def _is_one(endpoint: str, other: str) -> bool:
    """Whether they are one emulator: by its name or by its number, as `lab env` has it."""
    return endpoints.by_number(endpoint) == endpoints.by_number(other)


def _work(target: Target, request: Mapping[str, Any], orders: int, on_progress: Progress) -> None:
    """Runs orders and sweeps one after the other, so that no function runs twice at a time."""
    client, sweeper = target.client("lambda"), target.named(metering.SWEEPER)
    for number in range(orders):
        on_progress(f"order {number + 1} of {orders}")
        purchased = purchase.buy(target, request, metering.CUSTOMER)
        metering.wait_for_mail(target, purchased.order_id)
        client.invoke(FunctionName=sweeper, Qualifier="live", Payload=b"{}")


def _processor_s(target: Target, emulator: psutil.Process) -> Mapping[str, Processes]:
    """The processor time of each process in seconds, by function."""
    times_by_function: dict[str, dict[int, float]] = {name: {} for name in logs.functions()}
    names = {target.named(name): name for name in times_by_function}
    for process in process_tree.members(emulator):
        with suppress(psutil.Error):
            name = names.get(process_tree.function_of(process) or "")
            if name:
                times = process.cpu_times()
                times_by_function[name][process.pid] = times.user + times.system
    return times_by_function


def _same(before: Processes, after: Processes) -> bool:
    return bool(after) and before.keys() == after.keys()


def _measured(
    target: Target, name: str, before: Processes, after: Processes, began: datetime
) -> Measured:
    client = target.client("lambda")
    timeout = client.get_function_configuration(FunctionName=target.named(name))["Timeout"]
    invocations = _invocations(target, name, began)
    processor_s = sum(after[pid] - before[pid] for pid in after)
    processor_ms = processor_s * 1e3 / len(invocations)
    duration = sum(one.duration_ms for one in invocations) / len(invocations)
    return Measured(
        name=name,
        invocations=len(invocations),
        processor_ms=round(processor_ms, 2),
        waiting_ms=round(max(0.0, duration - processor_ms), 2),
        memory_used_mb=max(one.memory_mb for one in invocations),
        timeout_s=int(timeout),
    )


def _invocations(target: Target, name: str, began: datetime) -> Sequence[_Invocation]:
    """The invocations in the log, which may appear a moment after they have ended."""
    deadline = time.monotonic() + REPORTS_S
    seen = -1
    while True:
        lines = logs.read(target, name, began)
        matches = [match for line in lines if (match := REPORT.search(line.message))]
        if matches and len(matches) == seen:
            return [_Invocation(float(one.group(1)), int(one.group(2))) for one in matches]
        if time.monotonic() > deadline:
            raise LabError(f"{name} has no reports in its log.", f"See `lab logs {name}`.")
        seen = len(matches)
        time.sleep(POLL_S)
