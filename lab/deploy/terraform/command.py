"""Runs Terraform through tflocal: what to run it with, and when it need not run at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lab.console import render
from lab.core import child_processes, naming, preconditions
from lab.core.errors import LabError
from lab.core.target import access_key
from lab.deploy.terraform import emulator_overrides, json_log, locks, provider
from lab.deploy.terraform.json_log import Changes, Events
from lab.deploy.terraform.runner import Completed, Place, run
from lab.deploy.terraform.workspace import LOCK, Workspace

PARALLEL = "-parallelism=20"
"""Resources at a time. Most of them only wait; Terraform's own default is 10."""

PLAN = ("plan", "-json", "-input=false", "-lock=false", "-detailed-exitcode")


@dataclass
class Terraform:
    """Terraform on one environment at the emulator. `lock` is the workspace's, by descriptor."""

    workspace: Workspace
    lock: int
    endpoint: str
    region: str
    on_progress: Callable[[str], None]
    config: Path = field(init=False)
    _life: preconditions.Life = field(init=False)

    def __post_init__(self) -> None:
        if not shutil.which("terraform"):
            raise LabError(
                "Terraform is not installed.",
                "Get version 1.9 or newer: https://developer.hashicorp.com/terraform/install",
            )
        provider.require_room()
        self.config = provider.cli_config(self.workspace.home)
        self._life = preconditions.Life.of(self.endpoint)

    def init(self) -> None:
        """Runs `init`, unless nothing that it looks at has changed since the last time."""
        if self._is_ready():
            return
        self.on_progress("getting Terraform and its AWS provider ready")
        self._stamp_file.unlink(missing_ok=True)
        self.workspace.copy_lock()
        arguments = ["init", "-input=false", "-no-color", "-reconfigure"]
        backend = ["use_path_style=true", f"dynamodb_table={naming.shop().lock_table}"]
        ended = self._tflocal([*arguments, *(f"-backend-config={said}" for said in backend)])
        if ended.code:
            raise json_log.failed("init", ended.output)
        self._stamp_file.write_text(self._stamp())

    def _is_ready(self) -> bool:
        try:
            return self._stamp_file.read_text() == self._stamp()
        except (FileNotFoundError, ValueError):
            return False

    def apply(self) -> Changes:
        """Makes the emulator hold what the configuration says, and gives what that changed."""
        return self._change(["apply"])

    def destroy(self) -> Changes:
        """Destroys everything that the state knows."""
        return self._change(["apply", "-destroy"])

    def plans_nothing(self) -> bool:
        """Whether `apply` would change nothing."""
        told = Events(self.on_progress)
        ended = self._tflocal(
            [*PLAN, *emulator_overrides.VARIABLES],
            told.hear,
        )
        if ended.code not in (0, 2):
            raise json_log.failed("plan", ended.output, told.errors)
        return ended.code == 0

    def _change(self, command: list[str], may_unlock: bool = True) -> Changes:
        told = Events(self.on_progress)
        ended = self._tflocal(
            [
                *command,
                "-json",
                "-auto-approve",
                "-input=false",
                PARALLEL,
                *emulator_overrides.VARIABLES,
            ],
            told.hear,
            tell_that_it_finishes,
        )
        if not ended.code:
            for remark in told.remarks:
                render.note(remark)
            return told.changes
        if trouble := self._trouble():
            raise trouble
        lock = locks.held(told.errors)
        if lock and may_unlock and locks.is_dead(lock, self.endpoint):
            self.on_progress("removing the state lock that a killed run left behind")
            self._tflocal(["force-unlock", "-force", lock.id])
            return self._change(command, may_unlock=False)
        if lock:
            raise locks.refused(lock, self.workspace.environment, self.endpoint)
        # What `init` made may be damaged, and say so only now.
        self._stamp_file.unlink(missing_ok=True)
        raise json_log.failed(command[-1].lstrip("-"), ended.output, told.errors)

    def _tflocal(
        self,
        arguments: list[str],
        hear: Callable[[str], None] = lambda _: None,
        finishing: Callable[[], None] | None = None,
    ) -> Completed:
        command = [sys.executable, _tflocal_script(), *arguments]
        where = Place(self.workspace.folder, self._environment(), self.workspace.log, self.lock)
        return run(command, where, hear, finishing, self._trouble)

    def _trouble(self) -> LabError | None:
        """Why nothing more can come of it: Terraform itself tries again for minutes."""
        return self._life.ended() or preconditions.full_disk()

    def _environment(self) -> dict[str, str]:
        ours = child_processes.on_emulator(self.endpoint, access_key(), self.region)
        data = {"TF_DATA_DIR": str(self.workspace.data)}
        return ours | data | provider.variables(self.workspace.home)

    @property
    def _stamp_file(self) -> Path:
        return self.workspace.data / "initialised"

    def _stamp(self) -> str:
        """A hash over everything that `init` depends on, and over what it has made."""
        files = sorted(self.workspace.root.rglob("*.tf"))
        files += [self.workspace.source / ".terraform.lock.hcl", self.config]
        said = [self.endpoint, shutil.which("terraform") or "", naming.shop().lock_table]
        parts = [*said, *(f.read_text() for f in files)]
        made = sorted(self._made())
        return hashlib.sha256("\0".join([*parts, *made]).encode()).hexdigest()

    def _made(self) -> Iterator[str]:
        """Each file that `init` makes, with its size: whoever removes one removes the stamp."""
        yield str((self.workspace.folder / LOCK).is_file())
        for folder, _, names in os.walk(self.workspace.data, followlinks=True):
            files = (Path(folder) / name for name in names)
            yield from (f"{f} {f.stat().st_size}" for f in files if f != self._stamp_file)


def tell_that_it_finishes() -> None:
    """Says why Ctrl-C has not ended it."""
    # Terraform, stopped, cancels requests that are on their way; what these still make is in no
    # state, and the next apply finds that it exists already.
    render.note("Waiting until Terraform has saved what it makes. Ctrl-C again stops it at once.")


def _tflocal_script() -> str:
    beside = Path(sys.executable).parent / "tflocal"
    found = str(beside) if beside.is_file() else shutil.which("tflocal")
    if not found:
        raise LabError("tflocal is not installed.", "`make install` puts it into .venv.")
    return found
