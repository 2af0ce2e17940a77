"""The lab's emulator and MiniStack at the same work, in turns, so that both see the same machine.

What is the same: the zip, the handlers and their variables, the workflow's definition, tables,
settings, products, the client, the number of clients, and how often they ask for the end. Both
emulators have their own defaults otherwise; so the lab's checks IAM if `lab up` does. Both have
done everything once before anything counts.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from lab.core.target import Target
from lab.measure.bench import bare, executions, lambdas, memory, ministack
from lab.measure.bench.numbers import Times
from lab.measure.bench.report import Comparison, Side
from lab.measure.bench.stage import own_emulator

ROUNDS = 6
WARM_PER_ROUND = 40
COLD_PER_ROUND = 2
WARM_UP = 8

Say = Callable[[str], None]


@dataclass
class Contestant:
    """An emulator with the bare workflow, and what it has done so far (in seconds)."""

    name: str
    target: Target
    pid: int
    machine: str
    probe: lambdas.Probe
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    executing: list[float] = field(default_factory=list)
    working: list[float] = field(default_factory=list)
    failed: int = 0

    def forget(self) -> None:
        """Drops what it did while it warmed up."""
        self.cold, self.warm, self.executing, self.working = [], [], [], []
        self.failed = 0

    def side(self, count: int) -> Side:
        """What it did in all rounds."""
        return Side(
            self.name,
            Times.of(self.cold),
            Times.of(self.warm),
            round((count - self.failed) / sum(self.executing), 2),
            round(1000 * sum(self.working) / count, 1),
            self.failed,
            memory.occupied_mb(self.pid),
        )


def compare(source: Target, package: bytes, count: int, concurrency: int, say: Say) -> Comparison:
    """Lets both work. `count` executions are spread over the rounds.

    Raises LabError if one of them cannot do it.
    """
    per_round = max(1, count // ROUNDS)
    with ExitStack() as stack:
        both = _contestants(stack, source, package, say)
        for contestant in both:
            say(f"warming up {contestant.name}")
            _round(contestant, WARM_UP, concurrency)
            contestant.forget()
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS}")
            for contestant in both if number % 2 else reversed(both):
                _round(contestant, per_round, concurrency)
        ours, theirs = (contestant.side(per_round * ROUNDS) for contestant in both)
    return Comparison(ours, theirs, per_round * ROUNDS, concurrency)


def _contestants(
    stack: ExitStack, source: Target, package: bytes, say: Say
) -> tuple[Contestant, Contestant]:
    theirs, their_pid = stack.enter_context(ministack.running(say))
    ours, emulator = stack.enter_context(own_emulator("bare", say))
    return (
        _contestant("lab", source, ours, emulator.pid, package, say),
        _contestant(f"ministack {ministack.VERSION}", source, theirs, their_pid, package, say),
    )


def _contestant(
    name: str, source: Target, target: Target, pid: int, package: bytes, say: Say
) -> Contestant:
    say(f"setting up {name}")
    machine = bare.build(source, target, package)
    probe = lambdas.Probe(target, target.named("checkout-api"))
    return Contestant(name, target, pid, machine, probe)


def _round(contestant: Contestant, count: int, concurrency: int) -> None:
    for _ in range(COLD_PER_ROUND):
        contestant.cold += lambdas.cold(contestant.probe, 1)
    contestant.warm += lambdas.warm(contestant.probe, WARM_PER_ROUND)
    _execute(contestant, count, concurrency)


def _execute(contestant: Contestant, count: int, concurrency: int) -> None:
    """Notes what `count` executions take."""
    done = executions.execute(
        contestant.target, contestant.machine, count, concurrency, contestant.pid
    )
    contestant.failed += done.failed
    contestant.executing.append(done.seconds)
    contestant.working.append(done.processor_s or 0.0)
