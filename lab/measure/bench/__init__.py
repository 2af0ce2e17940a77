"""Measures the lab: its speed, its memory, and what a checkout would cost on AWS.

docs/performance.md explains the numbers and has the latest results.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from lab.core import run_state
from lab.core.progress import Progress
from lab.core.target import Target
from lab.deploy import package, terraform
from lab.measure.bench import (
    burst,
    checkouts,
    database,
    executions,
    lambdas,
    memory,
    ministack,
    report,
    stored,
)
from lab.measure.bench.comparison import compare
from lab.measure.bench.numbers import Times, ratio
from lab.measure.bench.report import Machine, Report
from lab.measure.bench.stage import changed_functions, own_emulator
from lab.measure.cost import metering, prices
from lab.measure.cost.usage import Cost, cost

__all__ = ["Options", "Report", "run"]

WARM_UPS = 3
BURST_CLIENTS = 16
EXECUTIONS = 3  # for each measured checkout: a rate needs more samples than a median


@dataclass(frozen=True)
class Options:
    """What to measure. `here` is a deployed environment to use instead of a new emulator.

    `checkouts` are made by one client, then by `concurrency` clients (as checkouts and as plain
    executions of the workflow), and again by one client after `stored` orders have been written
    to the tables. `BURST_CLIENTS` clients place `burst` orders without waiting for them.
    """

    checkouts: int = 20
    concurrency: int = 8
    stored: int = 2_000
    invocations: int = 200
    cold_starts: int = 5
    burst: int = 200
    compare: bool = False
    here: Target | None = None


@dataclass(frozen=True)
class _Environment:
    """The environment of a bench, and its setup times in seconds (None if it existed before)."""

    target: Target
    pid: int | None
    start_s: float | None = None
    deploy_s: float | None = None
    redeploy_s: float | None = None


def run(options: Options, on_progress: Progress) -> Report:
    """Measures everything and cleans up, except for the orders placed in `here`.

    Raises LabError if something cannot be measured; cleans up then, too.
    """
    load = report.load()
    if options.compare:
        ministack.installed(
            on_progress
        )  # first, so that it does not fail after minutes of measuring
    with _environment(options, on_progress) as environment:
        return _measure(options, environment, load, on_progress)


@contextmanager
def _environment(options: Options, on_progress: Progress) -> Iterator[_Environment]:
    if options.here:
        yield _Environment(options.here, _pid_of(options.here))
        return
    with own_emulator("checkout", on_progress) as (target, emulator):
        deployed = terraform.deploy(target, on_progress)
        with changed_functions() as changed:
            redeployed = terraform.deploy(target, on_progress, functions=changed)
        yield _Environment(
            target,
            emulator.pid,
            round(emulator.ready_s, 2),
            round(deployed.init_s + deployed.apply_s, 1),
            round(redeployed.init_s + redeployed.apply_s, 1),
        )


def _pid_of(target: Target) -> int | None:
    """The process id of the emulator, if this lab started it."""
    state = run_state.load()
    return state.pid if state and state.endpoint == target.endpoint else None


def _measure(
    options: Options, environment: _Environment, load: float, on_progress: Progress
) -> Report:
    target = environment.target
    _warm_up(target, on_progress)
    cold, warm = _invocations(options, target, on_progress)
    on_progress("updating an item")
    updates = database.conditional_updates(target, options.invocations)
    on_progress("one customer after the other")
    purchases = checkouts.one_after_the_other(target, options.checkouts)
    on_progress(f"{options.concurrency} customers at a time")
    rate = checkouts.per_second(target, options.checkouts, options.concurrency)
    executed = _executions(options, environment, on_progress)
    on_progress("counting what a checkout uses")
    checkout_cost = _cost(target)
    purchases_later = _with_orders_stored(options, target, purchases[-1].order_id, on_progress)
    before, after = (
        Times.of([one.seconds for one in some]) for some in (purchases, purchases_later)
    )
    under_load, at_rest = _memory(environment.pid)
    return Report(
        emulator_start_s=environment.start_s,
        deploy_s=environment.deploy_s,
        redeploy_s=environment.redeploy_s,
        lambda_cold_ms=cold,
        lambda_warm_ms=warm,
        conditional_update_ms=Times.of(updates),
        checkout_ms=before,
        checkouts_per_s=round(rate, 2),
        stored_orders=options.stored,
        checkout_ms_with_stored_orders=after,
        growth=ratio(after.p50, before.p50),
        executions_per_s=executed.per_second,
        processor_ms=executed.processor_ms,
        memory_mb=under_load,
        memory_at_rest_mb=at_rest,
        cost=checkout_cost,
        burst=_burst(options, environment, on_progress),
        comparison=_comparison(options, target, on_progress),
        machine=Machine.since(load),
        settings=_settings(options),
    )


def _warm_up(target: Target, on_progress: Progress) -> None:
    checkouts.stock_up(target)
    on_progress("warming up")
    checkouts.one_after_the_other(target, WARM_UPS)


def _with_orders_stored(
    options: Options, target: Target, order_id: str, on_progress: Progress
) -> list[checkouts.Purchase]:
    with stored.stored(target, order_id, options.stored, on_progress):
        on_progress(f"again, with {options.stored} orders stored")
        return checkouts.one_after_the_other(target, options.checkouts)


def _settings(options: Options) -> dict[str, object]:
    return {name: value for name, value in asdict(options).items() if name != "here"}


def _executions(
    options: Options, environment: _Environment, on_progress: Progress
) -> executions.Executed:
    on_progress(f"{options.concurrency} clients that start executions")
    machine, count = executions.machine_of(environment.target), options.checkouts * EXECUTIONS
    return executions.execute(
        environment.target, machine, count, options.concurrency, environment.pid
    )


def _burst(options: Options, environment: _Environment, on_progress: Progress) -> burst.Burst:
    on_progress(f"{BURST_CLIENTS} customers who do not wait")
    return burst.burst(environment.target, options.burst, BURST_CLIENTS, environment.pid)


def _memory(pid: int | None) -> tuple[float | None, float | None]:
    """Memory in MB: now, and at rest."""
    return (memory.occupied_mb(pid), memory.at_rest_mb(pid)) if pid else (None, None)


def _invocations(options: Options, target: Target, on_progress: Progress) -> tuple[Times, Times]:
    on_progress("invoking a function")
    with lambdas.probe(target, package.build().read_bytes()) as probe:
        probe.invoke()
        cold = lambdas.cold(probe, options.cold_starts)
        return Times.of(cold), Times.of(lambdas.warm(probe, options.invocations))


def _cost(target: Target) -> Cost | None:
    """The cost of a checkout; None if the emulator does not record calls."""
    cart = checkouts.Shopper(target).cart
    try:
        counted = metering.one_checkout(target, cart, checkouts.CUSTOMER)
    except metering.NotRecorded:
        return None
    return cost(counted.usage, prices.load())


def _comparison(
    options: Options, target: Target, on_progress: Progress
) -> report.Comparison | None:
    if not options.compare:
        return None
    archive = package.build().read_bytes()
    return compare(
        target, archive, options.checkouts * EXECUTIONS, options.concurrency, on_progress
    )
