"""Deploys and destroys an environment, and says what that did and how long it took."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.console import render
from lab.core import child_processes, environment_settings, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.deploy import code_swap, package
from lab.deploy.terraform import emulator_overrides, leftovers
from lab.deploy.terraform.command import Terraform
from lab.deploy.terraform.json_log import Changes
from lab.deploy.terraform.secret import delete_secret, ensure_secret
from lab.deploy.terraform.state import State
from lab.deploy.terraform.workspace import Workspace
from lab.shop import api_key


@dataclass(frozen=True)
class DeployResult:
    """What a deploy did: numbers of resources, and seconds of wall-clock time."""

    environment: str
    added: int
    changed: int
    destroyed: int
    init_s: float
    apply_s: float

    @property
    def unchanged(self) -> bool:
        """Whether everything was already there."""
        return not (self.added or self.changed or self.destroyed)


@dataclass(frozen=True)
class DestroyResult:
    """What a destroy did: the number of resources, and seconds of wall-clock time.

    `kept` says what stays on purpose, why, and how to remove it.
    """

    environment: str
    destroyed: int
    seconds: float
    kept: tuple[leftovers.Leftover, ...] = ()


def deploy(
    target: Target, on_progress: Progress | None = None, functions: Path | None = None
) -> DeployResult:
    """Applies the target's environment to the emulator, and makes its secrets.

    `on_progress` is told what goes on, in words; `functions` is a folder of their
    sources in place of the checkout's own.
    Raises LabError for an environment that does not exist, without Terraform, emulator or space,
    with Terraform's own message when it fails, and when the emulator ends or the disk is full.
    """
    on_progress = on_progress or ignore
    with _terraform(target, on_progress, functions) as terraform:
        started = time.monotonic()
        _init(terraform, target)
        initialised = time.monotonic()
        changes = terraform.apply()
        # What `lab watch` put there, and was undone since, Terraform does not see.
        code_swap.publish(target, package.built(), code_swap.function_names())
        ensure_secret(target)
        api_key.ensure(target)
        return _deployed(target, changes, initialised - started, time.monotonic() - initialised)


def plan_is_clean(target: Target, on_progress: Progress | None = None) -> bool:
    """Whether a deploy now would change nothing. Raises what `deploy` raises."""
    with _terraform(target, on_progress or ignore) as terraform:
        _init(terraform, target)
        return terraform.plans_nothing()


def destroy(target: Target, on_progress: Progress | None = None) -> DestroyResult:
    """Destroys everything of the target's environment, its data and Terraform state included.

    Afterwards it looks for itself, and raises LabError if anything is left. Raises what `deploy`
    raises.
    """
    on_progress = on_progress or ignore
    started = time.monotonic()
    with _terraform(target, on_progress) as terraform:
        destroyed = _destroy_resources(terraform, State.of(target))
        on_progress("looking whether anything is left")
        delete_secret(target)
        api_key.delete(target)
        leftovers.delete_stray_log_groups(target)
        kept = leftovers.refuse(target).kept
        State.of(target).remove()
    took = round(time.monotonic() - started, 1)
    return DestroyResult(target.environment, destroyed, took, kept)


def _destroy_resources(terraform: Terraform, state: State) -> int:
    if not state.resources():
        return 0
    _init(terraform, state.target)
    emulator_overrides.lift_protection(state)
    destroyed = terraform.destroy().destroyed
    if left := state.resources():
        raise LabError(f"Terraform still knows {', '.join(left)}.", "Run `lab destroy` once more.")
    return destroyed


def _init(terraform: Terraform, target: Target) -> None:
    """`init`, and the table for locks, which tflocal makes only if `backend.tf` names one."""
    State.of(target).make_lock_table()
    terraform.init()


def _deployed(target: Target, changes: Changes, init_s: float, apply_s: float) -> DeployResult:
    return DeployResult(
        target.environment,
        changes.added,
        changes.changed,
        changes.destroyed,
        round(init_s, 1),
        round(apply_s, 1),
    )


@contextmanager
def _terraform(
    target: Target, on_progress: Progress, functions: Path | None = None
) -> Iterator[Terraform]:
    workspace = Workspace(target.environment)
    workspace.check()
    require_found_again(target)
    watchdog.space(f"a deployed {target.environment}")
    endpoint = emulator_overrides.endpoint(target)
    with workspace.alone() as lock:
        on_progress("packing the functions")
        for kept in workspace.fill(package.build(functions=functions)):
            render.note(f"Somebody changed the lab's copy of terraform/. That is kept: {kept}")
        yield Terraform(workspace, lock, endpoint, target.region, on_progress)


def require_found_again(target: Target) -> None:
    """Raises LabError for settings by which no other command would find what is deployed."""
    settings = environment_settings.settings_of(target.environment)
    for name, known in (("region", target.region), ("environment", target.environment)):
        variable = f"{child_processes.VARIABLE_PREFIX}{name}"
        file = f"{name} in terraform.tfvars of {target.environment}"
        for said, where in ((os.environ.get(variable), variable), (settings.get(name), file)):
            if said not in (None, known):
                raise LabError(
                    f"{where} is {said!r}, and the lab works in {known} alone.",
                    f"Take {variable} away, or correct the file: no other command would find what"
                    " is deployed.",
                    code=2,
                )
