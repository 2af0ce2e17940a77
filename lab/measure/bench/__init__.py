"""Measures the lab: how quick it is, how much memory it takes, what a checkout would cost on AWS.

docs/performance.md explains the numbers and has the last ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from lab.core import run_state
from lab.core.target import Target
from lab.deploy import package, terraform
from lab.measure.bench import (
    burst,
    checkouts,
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

Say = Callable[[str], None]
WARM_UPS = 3
BURST_CLIENTS = 16
EXECUTIONS = 3  # for each checkout that is measured: a rate needs more of them than a median


@dataclass(frozen=True)
class Options:
    """How much is measured. `here` is a deployed environment to use in place of an own one.

    `checkouts` are made by one client and then again by `concurrency` clients, as checkouts and as
    mere executions of the workflow, and once more by one client
    after `stored` orders have been written into the tables. `burst` orders are placed by
    `BURST_CLIENTS` clients that do not wait.
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
class _Place:
    """Where the bench runs, and how long it took to get there in seconds (None: it was there)."""

    target: Target
    pid: int | None
    start_s: float | None = None
    deploy_s: float | None = None
    redeploy_s: float | None = None


def run(options: Options, say: Say) -> Report:
    """Measures everything and leaves nothing, but for the orders if it ran `here`.

    Raises LabError where something cannot be measured; nothing is left running then either.
    """
    load = report.load()
    if options.compare:
        ministack.installed(say)  # now: if that fails, not after minutes of measuring
    with _place(options, say) as place:
        return _measure(options, place, load, say)


@contextmanager
def _place(options: Options, say: Say) -> Iterator[_Place]:
    if options.here:
        yield _Place(options.here, _pid_of(options.here))
        return
    with own_emulator("checkout", say) as (target, emulator):
        deployed = terraform.deploy(target, say)
        with changed_functions() as changed:
            again = terraform.deploy(target, say, functions=changed)
        yield _Place(
            target,
            emulator.pid,
            round(emulator.ready_s, 2),
            round(deployed.init_s + deployed.apply_s, 1),
            round(again.init_s + again.apply_s, 1),
        )


def _pid_of(target: Target) -> int | None:
    """The process of the emulator, if it is this lab's own."""
    found = run_state.load()
    return found.pid if found and found.endpoint == target.endpoint else None


def _measure(options: Options, place: _Place, load: float, say: Say) -> Report:
    target = place.target
    _warm_up(target, say)
    cold, warm = _invocations(options, target, say)
    say("one customer after the other")
    bought = checkouts.one_after_the_other(target, options.checkouts)
    say(f"{options.concurrency} customers at a time")
    rate = checkouts.per_second(target, options.checkouts, options.concurrency)
    executed = _executions(options, place, say)
    say("counting what a checkout uses")
    found = _cost(target)
    later = _with_orders_stored(options, target, bought[-1].order_id, say)
    before, after = (Times.of([one.seconds for one in some]) for some in (bought, later))
    occupied, at_rest = _memory(place.pid)
    return Report(
        emulator_start_s=place.start_s,
        deploy_s=place.deploy_s,
        redeploy_s=place.redeploy_s,
        lambda_cold_ms=cold,
        lambda_warm_ms=warm,
        checkout_ms=before,
        checkouts_per_s=round(rate, 2),
        stored_orders=options.stored,
        checkout_ms_with_stored_orders=after,
        growth=ratio(after.p50, before.p50),
        executions_per_s=executed.per_second,
        processor_ms=executed.processor_ms,
        memory_mb=occupied,
        memory_at_rest_mb=at_rest,
        cost=found,
        burst=_burst(options, place, say),
        comparison=_comparison(options, target, say),
        machine=Machine.since(load),
        settings=_settings(options),
    )


def _warm_up(target: Target, say: Say) -> None:
    checkouts.stock_up(target)
    say("warming up")
    checkouts.one_after_the_other(target, WARM_UPS)


def _with_orders_stored(
    options: Options, target: Target, order_id: str, say: Say
) -> list[checkouts.Bought]:
    with stored.stored(target, order_id, options.stored, say):
        say(f"again, with {options.stored} orders stored")
        return checkouts.one_after_the_other(target, options.checkouts)


def _settings(options: Options) -> dict[str, object]:
    return {name: value for name, value in asdict(options).items() if name != "here"}


def _executions(options: Options, place: _Place, say: Say) -> executions.Executed:
    say(f"{options.concurrency} clients that start executions")
    machine, count = executions.machine_of(place.target), options.checkouts * EXECUTIONS
    return executions.execute(place.target, machine, count, options.concurrency, place.pid)


def _burst(options: Options, place: _Place, say: Say) -> burst.Burst:
    say(f"{BURST_CLIENTS} customers who do not wait")
    return burst.burst(place.target, options.burst, BURST_CLIENTS, place.pid)


def _memory(pid: int | None) -> tuple[float | None, float | None]:
    """Now, and at rest."""
    return (memory.occupied_mb(pid), memory.at_rest_mb(pid)) if pid else (None, None)


def _invocations(options: Options, target: Target, say: Say) -> tuple[Times, Times]:
    say("invoking a function")
    with lambdas.probe(target, package.build().read_bytes()) as probe:
        probe.invoke()
        cold = lambdas.cold(probe, options.cold_starts)
        return Times.of(cold), Times.of(lambdas.warm(probe, options.invocations))


def _cost(target: Target) -> Cost | None:
    """None where the emulator does not say what was called."""
    cart = checkouts.Shopper(target).cart
    try:
        counted = metering.one_checkout(target, cart, checkouts.CUSTOMER)
    except metering.NotNoted:
        return None
    return cost(counted.usage, prices.load())


def _comparison(options: Options, target: Target, say: Say) -> report.Comparison | None:
    if not options.compare:
        return None
    archive = package.build().read_bytes()
    return compare(target, archive, options.checkouts * EXECUTIONS, options.concurrency, say)
