"""Deploys and destroys an environment, and returns the changes and the time it took."""

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
from lab.deploy.terraform.command import Tflocal
from lab.deploy.terraform.json_log import Changes
from lab.deploy.terraform.secret import delete_secret, ensure_secret
from lab.deploy.terraform.state import State
from lab.deploy.terraform.workspace import Workspace
from lab.shop import api_key


@dataclass(frozen=True)
class DeployResult:
    """The result of a deploy: numbers of resources, and seconds of wall-clock time."""

    environment: str
    added: int
    changed: int
    destroyed: int
    init_s: float
    apply_s: float

    @property
    def unchanged(self) -> bool:
        """Whether nothing had to be changed."""
        return not (self.added or self.changed or self.destroyed)


@dataclass(frozen=True)
class DestroyResult:
    """The result of a destroy: the number of resources, and seconds of wall-clock time.

    `kept` are the resources that remain on purpose.
    """

    environment: str
    destroyed: int
    seconds: float
    kept: tuple[leftovers.Leftover, ...] = ()


def deploy(
    target: Target, on_progress: Progress | None = None, functions: Path | None = None
) -> DeployResult:
    """Applies the target's environment to the emulator, and creates its secrets.

    `functions` is a folder of sources to use in place of the checkout's own. Raises LabError if
    there is no such environment, no Terraform, no emulator or no space, if Terraform fails, if
    the emulator ends, or if the disk is full.
    """
    on_progress = on_progress or ignore
    with _terraform(target, on_progress, functions) as terraform:
        started = time.monotonic()
        _init(terraform, target)
        initialised = time.monotonic()
        changes = terraform.apply()
        # Terraform does not see code that `lab watch` published and that was reverted since.
        code_swap.publish(target, package.built(), code_swap.function_names())
        ensure_secret(target)
        api_key.ensure(target)
        return _deployed(target, changes, initialised - started, time.monotonic() - initialised)


def plan_is_clean(target: Target, on_progress: Progress | None = None) -> bool:
    """Whether a deploy now would change nothing. Raises what `deploy` raises."""
    with _terraform(target, on_progress or ignore) as terraform:
        _init(terraform, target)
        return terraform.has_no_changes()


def destroy(target: Target, on_progress: Progress | None = None) -> DestroyResult:
    """Destroys everything of the target's environment, its data and Terraform state included.

    Raises LabError if resources are left afterwards, and what `deploy` raises.
    """
    on_progress = on_progress or ignore
    started = time.monotonic()
    with _terraform(target, on_progress) as terraform:
        destroyed = _destroy_resources(terraform, State.of(target))
        on_progress("looking for leftovers")
        delete_secret(target)
        api_key.delete(target)
        leftovers.delete_stray_log_groups(target)
        kept = leftovers.require_none(target).kept
        State.of(target).remove()
    took = round(time.monotonic() - started, 1)
    return DestroyResult(target.environment, destroyed, took, kept)


def _destroy_resources(terraform: Tflocal, state: State) -> int:
    if not state.resources():
        return 0
    _init(terraform, state.target)
    emulator_overrides.lift_protection(state)
    destroyed = terraform.destroy().destroyed
    if left := state.resources():
        raise LabError(f"The state still has {', '.join(left)}.", "Run `lab destroy` once more.")
    return destroyed


def _init(terraform: Tflocal, target: Target) -> None:
    """Runs `init` with a lock table, which tflocal creates only if `backend.tf` names one."""
    State.of(target).create_lock_table()
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
) -> Iterator[Tflocal]:
    workspace = Workspace(target.environment)
    workspace.check()
    require_findable(target)
    watchdog.space(f"a deployed {target.environment}")
    endpoint = emulator_overrides.endpoint(target)
    with workspace.alone() as lock:
        on_progress("packing the functions")
        for kept in workspace.fill(package.build(functions=functions)):
            render.note(f"The lab's copy of terraform/ was edited. The edited file is kept: {kept}")
        yield Tflocal(workspace, lock, endpoint, target.region, on_progress)


def require_findable(target: Target) -> None:
    """Raises LabError for settings with which no other command would find the deployment."""
    settings = environment_settings.settings_of(target.environment)
    for name, expected in (("region", target.region), ("environment", target.environment)):
        variable = f"{child_processes.VARIABLE_PREFIX}{name}"
        file = f"{name} in terraform.tfvars of {target.environment}"
        for configured, source in (
            (os.environ.get(variable), variable),
            (settings.get(name), file),
        ):
            if configured not in (None, expected):
                raise LabError(
                    f"{source} is {configured!r}, and the lab works in {expected} only.",
                    f"Unset {variable}, or correct the file: no other command would find what"
                    " is deployed.",
                    code=2,
                )
