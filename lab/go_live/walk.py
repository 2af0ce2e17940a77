"""Goes the way, one step after the other, as far as it can be gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.core.environment_settings import settings_of
from lab.deploy.account import Identity
from lab.go_live import (
    credentials,
    emulator_gaps,
    leaving,
    mail,
    money,
    paying,
    place,
    planning,
    quotas,
    tools,
)
from lab.go_live.emulator_gaps import Difference
from lab.go_live.money import Cost
from lab.go_live.planning import Planned
from lab.go_live.steps import State, Step, waits

Say = Callable[[str], None]


@dataclass(frozen=True)
class Promotion:
    """Everything that was found on the way. Nothing was applied."""

    environment: str
    steps: tuple[Step, ...]
    plan: Planned | None
    differences: tuple[Difference, ...]
    cost: Cost
    leaving: tuple[str, ...]
    left: tuple[str, ...]
    next: str

    @property
    def refused(self) -> bool:
        """Whether something speaks against it, as things are."""
        return any(step.state == State.REFUSED for step in self.steps)


def promote(environment: str, profile: str | None, say: Say) -> Promotion:
    """Looks at everything that an apply of `environment` to an AWS account needs.

    `profile` is of the user's AWS configuration; `say` is told what is looked at.
    """
    settings = settings_of(environment)
    say("the tools")
    first = tools.look()
    say("the credentials")
    identity, second = credentials.look(profile)
    steps = [first, second, *_in_account(environment, identity, settings, say)]
    say("the plan")
    plan, last = _plan(environment, identity, steps)
    steps += [paying.look(environment, settings), last]
    return Promotion(
        environment,
        tuple(steps),
        plan,
        tuple(emulator_gaps.remaining()),
        money.look(environment),
        tuple(leaving.commands(environment, profile, settings)),
        tuple(leaving.left(settings)),
        _next(environment, profile, steps, plan),
    )


def _in_account(
    environment: str, identity: Identity | None, settings: dict[str, Any], say: Say
) -> list[Step]:
    if identity is None:
        names = (place.ACCOUNT, "quotas", mail.NAME, place.BACKEND)
        return [waits(name, credentials.NAME) for name in names]
    account = place.look(environment, identity)
    if account.stops:
        return [account, *(waits(n, place.ACCOUNT) for n in ("quotas", mail.NAME, place.BACKEND))]
    say("the quotas")
    return [
        account,
        *quotas.look(environment, identity, settings),
        mail.look(environment, identity, settings),
        place.look_for_backend(environment, identity),
    ]


def _plan(
    environment: str, identity: Identity | None, steps: list[Step]
) -> tuple[Planned | None, Step]:
    ready = steps[-1].state == State.DONE and steps[0].state == State.DONE
    if identity and ready:
        return planning.look(environment, identity)
    return planning.look_without_account(environment), waits(planning.NAME, place.BACKEND)


def _next(environment: str, profile: str | None, steps: list[Step], plan: Planned | None) -> str:
    """What to type now; empty if everything is there already."""
    who = f" {profile}" if profile else ""
    stopping = next((step for step in steps if step.stops), None)
    if stopping:
        again = " ".join(["lab promote", environment, *credentials.named(profile)])
        return stopping.command or again
    if plan and plan.empty:
        return ""
    return f"scripts/deploy.sh {environment} apply{who}"
