"""Renders the results of a bench."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from lab.console import render
from lab.measure.bench.burst import Burst
from lab.measure.bench.numbers import Times
from lab.measure.bench.report import Comparison, Report
from lab.measure.cost.usage import Cost


def report(result: Report) -> RenderableType:
    """All results as tables."""
    parts: list[RenderableType] = [render.table(("What", ">Result"), _rows(result), "The lab")]
    if result.cost:
        parts.append(_cost(result.cost))
    if result.comparison:
        parts.append(_comparison(result.comparison))
    machine = result.machine
    loads = f"load {machine.load_before} before and {machine.load_after} after"
    parts.append(Text(f"{machine.cores} processors, {loads}.", style="dim"))
    return Group(*parts)


def _rows(result: Report) -> Iterator[tuple[str, str]]:
    clients = result.settings["concurrency"]
    yield "the emulator is ready after", _seconds(result.emulator_start_s)
    yield "a first deploy takes", _seconds(result.deploy_s)
    yield "a deploy of a changed function takes", _seconds(result.redeploy_s)
    yield "a cold invocation", _times(result.lambda_cold_ms)
    yield "a warm invocation", _times(result.lambda_warm_ms)
    yield "a conditional update of an item", _times(result.conditional_update_ms)
    yield "a checkout, from the POST to its end status", _times(result.checkout_ms)
    yield f"checkouts a second, {clients} customers", f"{result.checkouts_per_s}"
    yield f"executions a second, {clients} clients", f"{result.executions_per_s}"
    yield "processor time of an execution", _milliseconds(result.processor_ms)
    yield f"growth of a checkout at {result.stored_orders} stored orders", f"x {result.growth}"
    yield "memory of everything", _megabytes(result.memory_mb)
    yield "memory of everything, a minute later", _megabytes(result.memory_at_rest_mb)
    yield from _burst(result.burst)
    if result.cost:
        yield "a checkout on AWS", f"{result.cost.total:.6f} USD"


def _burst(result: Burst) -> Iterator[tuple[str, str]]:
    title = f"a burst of {result.orders} orders, {result.clients} customers who do not wait"
    yield title, f"{result.seconds:.0f} s, {result.per_second} confirmed a second"
    ends = [f"{count} {status}" for status, count in result.ended.items()]
    answers = [f"{count} answered {status}" for status, count in result.answers.items()]
    yield "   how they ended", ", ".join([*ends, *answers])
    if result.threads:
        yield (
            "   the most that the emulator had",
            f"{result.threads} threads, " + _megabytes(result.memory_mb),
        )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _megabytes(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} MB"


def _times(times: Times) -> str:
    p50, p95 = (f"{value:.{1 if value < 10 else 0}f}" for value in (times.p50, times.p95))
    return f"{p50} ms (p95 {p95})"


def _cost(cost: Cost) -> RenderableType:
    rows = (
        (name.replace("_", " "), f"{cost.counted[name]:g}", f"{price:.9f}")
        for name, price in sorted(cost.parts.items(), key=lambda part: -part[1])
    )
    return render.table(("Part", ">Counted", ">USD"), rows, "What a checkout would cost on AWS")


def _comparison(result: Comparison) -> RenderableType:
    ours, theirs, ratios = result.ours, result.theirs, result.ratios
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
            f"executions a second, {result.concurrency} clients",
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
