"""Runs the checks, one step after the other, as far as possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.core.environment_settings import settings_of
from lab.core.progress import Progress
from lab.deploy.account import Identity
from lab.go_live import (
    credentials,
    emulator_gaps,
    leaving,
    mail,
    money,
    paying,
    permissions,
    place,
    planning,
    quotas,
    tools,
)
from lab.go_live.emulator_gaps import Difference
from lab.go_live.money import Cost
from lab.go_live.planning import Planned
from lab.go_live.steps import State, Step, waits


@dataclass(frozen=True)
class Promotion:
    """The results of all checks. Nothing was applied."""

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
        """Whether a step forbids an apply."""
        return any(step.state == State.REFUSED for step in self.steps)


def promote(environment: str, profile: str | None, on_progress: Progress) -> Promotion:
    """Checks everything that an apply of `environment` to an AWS account needs.

    `profile` is one of the user's AWS configuration; calls `say` with progress messages.
    """
    settings = settings_of(environment)
    on_progress("the tools")
    first = tools.look()
    on_progress("the credentials")
    identity, second = credentials.look(profile)
    steps = [first, second, *_in_account(environment, identity, settings, on_progress)]
    on_progress("the plan")
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
    environment: str, identity: Identity | None, settings: dict[str, Any], on_progress: Progress
) -> list[Step]:
    if identity is None:
        names = (place.ACCOUNT, permissions.NAME, "quotas", mail.NAME, place.BACKEND)
        return [waits(name, credentials.NAME) for name in names]
    account = place.look(environment, identity)
    if account.stops:
        later = (permissions.NAME, "quotas", mail.NAME, place.BACKEND)
        return [account, *(waits(name, place.ACCOUNT) for name in later)]
    on_progress("the permissions")
    allowed = permissions.look(environment, identity)
    on_progress("the quotas")
    return [
        account,
        allowed,
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
    """The next command; empty if everything is deployed already."""
    profile_argument = f" {profile}" if profile else ""
    stopping = next((step for step in steps if step.stops), None)
    if stopping:
        again = " ".join(["lab promote", environment, *credentials.profile_option(profile)])
        return stopping.command or again
    if plan and plan.empty:
        return ""
    return f"scripts/deploy.sh {environment} apply{profile_argument}"
