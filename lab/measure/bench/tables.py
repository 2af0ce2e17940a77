"""How a bench's results are printed."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from lab.console import render
from lab.measure.bench.burst import Burst
from lab.measure.bench.numbers import Times
from lab.measure.bench.report import Comparison, Report
from lab.measure.cost.usage import Cost


def report(found: Report) -> RenderableType:
    """Everything, for a person."""
    parts: list[RenderableType] = [render.table(("What", ">Result"), _rows(found), "The lab")]
    if found.cost:
        parts.append(_cost(found.cost))
    if found.comparison:
        parts.append(_comparison(found.comparison))
    machine = found.machine
    loads = f"load {machine.load_before} before and {machine.load_after} after"
    parts.append(Text(f"{machine.cores} processors, {loads}.", style="dim"))
    return Group(*parts)


def _rows(found: Report) -> Iterator[tuple[str, str]]:
    clients = found.settings["concurrency"]
    yield "the emulator is ready after", _seconds(found.emulator_start_s)
    yield "a first deploy takes", _seconds(found.deploy_s)
    yield "a deploy of a changed function takes", _seconds(found.redeploy_s)
    yield "a cold invocation", _times(found.lambda_cold_ms)
    yield "a warm invocation", _times(found.lambda_warm_ms)
    yield "a checkout, from the POST to its end status", _times(found.checkout_ms)
    yield f"checkouts a second, {clients} customers", f"{found.checkouts_per_s}"
    yield f"executions a second, {clients} clients", f"{found.executions_per_s}"
    yield "processor time of an execution", _milliseconds(found.processor_ms)
    yield f"growth of a checkout at {found.stored_orders} stored orders", f"x {found.growth}"
    yield "memory of everything", _megabytes(found.memory_mb)
    yield "memory of everything, half a minute later", _megabytes(found.memory_at_rest_mb)
    yield from _burst(found.burst)
    if found.cost:
        yield "a checkout on AWS", f"{found.cost.total:.6f} USD"


def _burst(found: Burst) -> Iterator[tuple[str, str]]:
    title = f"a burst of {found.orders} orders, {found.clients} customers who do not wait"
    yield title, f"{found.seconds:.0f} s, {found.per_second} confirmed a second"
    ends = [f"{count} {status}" for status, count in found.ended.items()]
    answers = [f"{count} answered {status}" for status, count in found.answers.items()]
    yield "   how they ended", ", ".join([*ends, *answers])
    if found.threads:
        yield (
            "   the most that the emulator had",
            f"{found.threads} threads, " + _megabytes(found.memory_mb),
        )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _megabytes(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} MB"


def _times(times: Times) -> str:
    return f"{times.p50:.0f} ms (p95 {times.p95:.0f})"


def _cost(cost: Cost) -> RenderableType:
    rows = (
        (name.replace("_", " "), f"{cost.counted[name]:g}", f"{price:.9f}")
        for name, price in sorted(cost.parts.items(), key=lambda part: -part[1])
    )
    return render.table(("Part", ">Counted", ">USD"), rows, "What a checkout would cost on AWS")


def _comparison(found: Comparison) -> RenderableType:
    ours, theirs, ratios = found.ours, found.theirs, found.ratios
    rows = (
        (
            "cold invocation",
            _times(ours.lambda_cold_ms),
            _times(theirs.lambda_cold_ms),
            f"{ratios['lambda_cold_p50']}",
        ),
        (
            "warm invocation",
            _times(ours.lambda_warm_ms),
            _times(theirs.lambda_warm_ms),
            f"{ratios['lambda_warm_p50']}",
        ),
        (
            f"executions a second, {found.concurrency} clients",
            f"{ours.executions_per_s}",
            f"{theirs.executions_per_s}",
            f"{ratios['executions_per_s']}",
        ),
        (
            "processor time of an execution",
            f"{ours.processor_ms:.0f} ms",
            f"{theirs.processor_ms:.0f} ms",
            f"{ratios['processor_per_execution']}",
        ),
        ("executions that failed", f"{ours.failed}", f"{theirs.failed}", ""),
        (
            "memory",
            f"{ours.memory_mb:.0f} MB",
            f"{theirs.memory_mb:.0f} MB",
            f"{ratios['memory']}",
        ),
    )
    columns = ("The same work, in turns", f">{ours.name}", f">{theirs.name}", ">Ratio")
    return render.table(columns, rows, "Comparison")
