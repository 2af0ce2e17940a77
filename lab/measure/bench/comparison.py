"""Compares the lab's emulator with MiniStack on the same work, in alternating rounds.

Both use the same zip, handlers, variables, workflow definition, tables, settings, products, client,
number of clients and polling interval. Otherwise each emulator has its defaults: the lab's enforces
IAM if `lab up` does. Both are warmed up before measuring.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from lab.core.progress import Progress
from lab.core.target import Target
from lab.measure.bench import bare, executions, lambdas, memory, ministack
from lab.measure.bench.numbers import Times
from lab.measure.bench.report import Comparison, Side
from lab.measure.bench.stage import own_emulator

ROUNDS = 6
WARM_PER_ROUND = 40
COLD_PER_ROUND = 2
WARM_UP = 8


@dataclass
class Contestant:
    """An emulator with the bare workflow, and its measurements so far, in seconds."""

    name: str
    target: Target
    pid: int
    machine: str
    probe: lambdas.Probe
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    execution_s: list[float] = field(default_factory=list)
    processor_s: list[float] = field(default_factory=list)
    failed: int = 0

    def reset(self) -> None:
        """Discards the measurements of the warm-up."""
        self.cold, self.warm, self.execution_s, self.processor_s = [], [], [], []
        self.failed = 0

    def side(self, count: int) -> Side:
        """The summary of all rounds; `count` is the total number of executions."""
        return Side(
            self.name,
            Times.of(self.cold),
            Times.of(self.warm),
            round((count - self.failed) / sum(self.execution_s), 2),
            round(1000 * sum(self.processor_s) / count, 1),
            self.failed,
            memory.occupied_mb(self.pid),
        )


def compare(
    source: Target, package: bytes, count: int, concurrency: int, on_progress: Progress
) -> Comparison:
    """Compares both emulators. Distributes `count` executions over the rounds.

    Raises LabError if one of them cannot run the work.
    """
    per_round = max(1, count // ROUNDS)
    with ExitStack() as stack:
        both = _contestants(stack, source, package, on_progress)
        for contestant in both:
            on_progress(f"warming up {contestant.name}")
            _round(contestant, WARM_UP, concurrency)
            contestant.reset()
        for number in range(ROUNDS):
            on_progress(f"round {number + 1} of {ROUNDS}")
            for contestant in both if number % 2 else reversed(both):
                _round(contestant, per_round, concurrency)
        ours, theirs = (contestant.side(per_round * ROUNDS) for contestant in both)
    return Comparison(ours, theirs, per_round * ROUNDS, concurrency)


def _contestants(
    stack: ExitStack, source: Target, package: bytes, on_progress: Progress
) -> tuple[Contestant, Contestant]:
    theirs, their_pid = stack.enter_context(ministack.running(on_progress))
    ours, emulator = stack.enter_context(own_emulator("bare", on_progress))
    return (
        _contestant("lab", source, ours, emulator.pid, package, on_progress),
        _contestant(
            f"ministack {ministack.VERSION}", source, theirs, their_pid, package, on_progress
        ),
    )


def _contestant(
    name: str, source: Target, target: Target, pid: int, package: bytes, on_progress: Progress
) -> Contestant:
    on_progress(f"setting up {name}")
    machine = bare.build(source, target, package)
    probe = lambdas.Probe(target, target.named("checkout-api"))
    return Contestant(name, target, pid, machine, probe)


def _round(contestant: Contestant, count: int, concurrency: int) -> None:
    for _ in range(COLD_PER_ROUND):
        contestant.cold += lambdas.cold(contestant.probe, 1)
    contestant.warm += lambdas.warm(contestant.probe, WARM_PER_ROUND)
    _execute(contestant, count, concurrency)


def _execute(contestant: Contestant, count: int, concurrency: int) -> None:
    """Runs `count` executions and records the measurements."""
    executed = executions.execute(
        contestant.target, contestant.machine, count, concurrency, contestant.pid
    )
    contestant.failed += executed.failed
    contestant.execution_s.append(executed.seconds)
    contestant.processor_s.append(executed.processor_s or 0.0)
