"""Deploys and destroys an environment, and returns the changes and the time it took."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lab.console import render
from lab.core import child_processes, environment_settings, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.deploy import code_swap, package, storefront
from lab.deploy.deployment_cache import contents
from lab.deploy.deployment_cache.kept_deployment import KeptDeployment
from lab.deploy.terraform import emulator_overrides, json_log, leftovers, locks
from lab.deploy.terraform.command import Tflocal
from lab.deploy.terraform.state import State
from lab.deploy.terraform.workspace import Workspace
from lab.shop import api_key, token_keys


@dataclass(frozen=True)
class DeployResult:
    """The result of a deploy: numbers of resources, and seconds of wall-clock time.

    With `restored_from` it was restored from the cache: as it was made then, an RFC 3339 time.
    `verified` is whether a plan has found nothing to change; None if none was asked for.
    """

    environment: str
    added: int
    changed: int
    destroyed: int
    init_s: float
    apply_s: float
    restored_from: str = ""
    verified: bool | None = None

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


@dataclass(frozen=True)
class Options:
    """How a deploy may save time, and whether a plan checks the result.

    With `cache` an empty emulator gets the deployment that this machine has made before of the
    same sources and versions, and the first one is kept. With `trust_state` Terraform does not run
    if its state is the one that a deploy of the same sources left: what was changed by hand since
    is not noticed.
    """

    cache: bool = False
    trust_state: bool = False
    verify: bool = False


BEGIN_ANEW = (
    "`lab up --fresh` starts an empty one; then deploy again. What this deploy has created would be"
    " in the way: no state has it."
)

REAL = Options()
"""Always runs Terraform."""


def deploy(
    target: Target,
    on_progress: Progress | None = None,
    functions: Path | None = None,
    options: Options = REAL,
) -> DeployResult:
    """Applies the target's environment to the emulator, makes its API key, publishes its key set.

    `functions` is a folder of sources to use in place of the checkout's own. Raises LabError if
    there is no such environment, no Terraform, no emulator or no space, if Terraform fails, if
    the emulator ends, or if the disk is full.
    """
    on_progress = on_progress or ignore
    with _terraform(target, on_progress, functions) as terraform:
        terraform.workspace.unfinished.write_text(terraform.endpoint)
        kept = KeptDeployment.of(target, terraform.workspace, package.built())
        result = _quickly(terraform, target, kept, options) or _apply(terraform, target)
        if kept and options.cache and not result.restored_from and result.added:
            kept.keep(result.added)
        # Terraform does not see code that `lab watch` published and that was reverted since.
        code_swap.publish(target, package.built(), code_swap.function_names())
        token_keys.ensure(target)
        api_key.ensure(target)
        storefront.upload(target, on_progress)
        if options.verify:
            result = _verified(terraform, target, kept, result)
        if kept:
            kept.note_deployed()
        terraform.workspace.unfinished.unlink()
        return result


def _quickly(
    terraform: Tflocal, target: Target, kept: KeptDeployment | None, options: Options
) -> DeployResult | None:
    """Deploys without Terraform, if that is asked for and possible."""
    started = time.monotonic()
    if kept is None:
        return None
    if options.trust_state and kept.is_deployed():
        return DeployResult(target.environment, 0, 0, 0, 0.0, _seconds_since(started))
    entry = kept.started_with() if options.trust_state else None
    if entry is None and options.cache:
        entry = kept.restore(terraform.on_progress)
    if entry is None:
        return None
    took = _seconds_since(started)
    return DeployResult(target.environment, entry.resources, 0, 0, 0.0, took, entry.made_at)


def _apply(terraform: Tflocal, target: Target) -> DeployResult:
    started = time.monotonic()
    _init(terraform, target)
    initialised = _seconds_since(started)
    _prepare(terraform, target)
    changes = terraform.apply()
    watchdog.emulator(target.endpoint)
    applied = round(_seconds_since(started) - initialised, 1)
    return DeployResult(
        target.environment, changes.added, changes.changed, changes.destroyed, initialised, applied
    )


def _prepare(terraform: Tflocal, target: Target) -> None:
    """Prepares for what a killed run has left, and for an emulator that ends meanwhile.

    Raises LabError if functions are there and no state is.
    """
    state = State.of(target)
    lock = state.lock()
    if lock is None or locks.is_dead(lock, terraform.endpoint):  # nobody else is creating them
        _delete_half_made_functions(state)
    if not state.version():
        terraform.if_it_ends = BEGIN_ANEW
        watchdog.emulator(target.endpoint, BEGIN_ANEW)


def _delete_half_made_functions(state: State) -> None:
    """Deletes functions that a killed run was creating, and Terraform would create again.

    It would do so before it deletes them, and the provider tries that for five minutes, since
    Lambda says they exist. Functions hold no data. Without a state they may be anybody's.
    """
    known = {function["function_name"] for function in state.intact("aws_lambda_function")}
    found = leftovers.functions_but(state.target, known)
    if found and not state.version():
        raise LabError(
            f"{', '.join(found)} are there, and no state of {state.target.environment} is.",
            json_log.RESTART,
        )
    for name in found:
        state.target.client("lambda").delete_function(FunctionName=name)
    if found:
        render.note(f"Deleted what a killed run left half made: {', '.join(found)}")


def _verified(
    terraform: Tflocal, target: Target, kept: KeptDeployment | None, result: DeployResult
) -> DeployResult:
    """Plans. Applies a restored deployment that would change, and deletes it from the cache.

    Raises LabError if what Terraform has just applied would change.
    """
    _init(terraform, target)
    terraform.on_progress("checking with a plan")
    if terraform.has_no_changes():
        return replace(result, verified=True)
    if not (kept and result.restored_from):
        raise LabError(
            f"A plan of {target.environment} is not empty: `lab deploy` would change something.",
            f"Terraform's output is in {terraform.workspace.log}.",
        )
    kept.drop()
    render.note("The kept deployment is not what Terraform would make. It is deleted.")
    return _verified(terraform, target, None, _apply(terraform, target))


def _seconds_since(started: float) -> float:
    return round(time.monotonic() - started, 1)


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
        token_keys.delete(target)
        api_key.delete(target)
        leftovers.delete_stray_log_groups(target)
        kept = leftovers.require_none(target).kept
        State.of(target).remove()
        terraform.workspace.unfinished.unlink(missing_ok=True)
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
    state = State.of(target)
    state.create_lock_table()
    terraform.init()
    if contents.is_new(terraform.endpoint) and not state.version():
        terraform.workspace.unsaved.unlink(missing_ok=True)  # of an emulator that is gone
    terraform.store_unsaved_state()


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
