"""Runs Terraform through tflocal, and skips `init` where nothing has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lab.console import render
from lab.core import child_processes, kept_copies, naming, preconditions
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import access_key
from lab.deploy.terraform import emulator_overrides, json_log, locks, provider
from lab.deploy.terraform.json_log import Changes, Events
from lab.deploy.terraform.runner import Completed, Place, run
from lab.deploy.terraform.shared_provider import shared_provider
from lab.deploy.terraform.workspace import LOCK, Workspace

PARALLEL = "-parallelism=20"
"""Resources at a time. Most of them only wait; Terraform's own default is 10."""

PLAN = ("plan", "-json", "-input=false", "-lock=false", "-detailed-exitcode")


@dataclass
class Tflocal:
    """Terraform on one environment at the emulator. `lock` is the descriptor of the workspace's."""

    workspace: Workspace
    lock: int
    endpoint: str
    region: str
    on_progress: Progress
    if_it_ends: str = ""  # the advice if the emulator ends
    config: Path = field(init=False)
    _life: preconditions.Life = field(init=False)  # of the emulator of the last run

    def __post_init__(self) -> None:
        if not shutil.which("terraform"):
            raise LabError(
                "Terraform is not installed.",
                "Get version 1.9 or newer: https://developer.hashicorp.com/terraform/install",
            )
        provider.require_room()
        self.config = provider.cli_config(self.workspace.home)

    def init(self) -> None:
        """Runs `init`, unless none of its inputs has changed since the last run."""
        if self._is_ready():
            return
        self.on_progress("getting Terraform and its AWS provider ready")
        self._fingerprint_file.unlink(missing_ok=True)
        self.workspace.copy_lock()
        arguments = ["init", "-input=false", "-no-color", "-reconfigure"]
        backend = ["use_path_style=true", f"dynamodb_table={naming.shop().lock_table}"]
        completed = self._tflocal(
            [*arguments, *(f"-backend-config={setting}" for setting in backend)]
        )
        if completed.code:
            raise json_log.failed("init", completed.output)
        self._fingerprint_file.write_text(self._fingerprint())

    def _is_ready(self) -> bool:
        try:
            return self._fingerprint_file.read_text() == self._fingerprint()
        except (FileNotFoundError, ValueError):
            return False

    def store_unsaved_state(self) -> None:
        """Stores the state that a run could not store because its emulator had ended.

        If the emulator has a newer state, or that of another deployment, it is put aside.
        """
        file = self.workspace.unsaved
        if not file.is_file():
            return
        self.on_progress("storing the state that the last run could not")
        if self._tflocal(["state", "push", "-lock=false", file.name]).code:
            kept_copies.put_aside(file, kept_copies.folder_of("terraform"))
        else:
            file.unlink()

    def apply(self) -> Changes:
        """Applies the configuration to the emulator, and returns the changes."""
        return self._change(["apply"])

    def destroy(self) -> Changes:
        """Destroys everything in the state."""
        return self._change(["apply", "-destroy"])

    def has_no_changes(self) -> bool:
        """Whether `apply` would change nothing."""
        events = Events(self.on_progress)
        completed = self._tflocal(
            [*PLAN, *emulator_overrides.VARIABLES],
            events.handle_line,
        )
        if completed.code not in (0, 2):
            raise json_log.failed("plan", completed.output, events.errors)
        return completed.code == 0

    def _change(self, command: list[str], may_unlock: bool = True) -> Changes:
        events = Events(self.on_progress)
        completed = self._tflocal(
            [
                *command,
                "-json",
                "-auto-approve",
                "-input=false",
                PARALLEL,
                *emulator_overrides.VARIABLES,
            ],
            events.handle_line,
            announce_graceful_stop,
        )
        if not completed.code:
            for remark in events.remarks:
                render.note(remark)
            return events.changes
        lock = locks.held(events.errors)
        if lock and may_unlock and locks.is_dead(lock, self.endpoint):
            self.on_progress("removing the state lock that a killed run left behind")
            self._tflocal(["force-unlock", "-force", lock.id])
            return self._change(command, may_unlock=False)
        if lock:
            raise locks.refused(lock, self.workspace.environment, self.endpoint)
        # The files of `init` may be damaged, which shows only now.
        self._fingerprint_file.unlink(missing_ok=True)
        raise json_log.failed(command[-1].lstrip("-"), completed.output, events.errors)

    def _tflocal(
        self,
        arguments: list[str],
        handle_line: Callable[[str], None] = lambda _: None,
        on_interrupt: Callable[[], None] | None = None,
    ) -> Completed:
        self._life = preconditions.Life.of(self.endpoint, self.if_it_ends)
        command = [sys.executable, _tflocal_script(), *arguments]
        variables = self._environment()
        with shared_provider(arguments[0], self.workspace.folder, variables) as shared:
            place = Place(
                self.workspace.folder,
                variables | shared.variables,
                self.workspace.log,
                (self.lock, *shared.descriptors),
            )
            return run(command, place, handle_line, on_interrupt, self._failure)

    def _failure(self) -> LabError | None:
        """Returns why the run cannot succeed any more: Terraform itself retries for minutes."""
        return self._life.ended() or preconditions.full_disk()

    def _environment(self) -> dict[str, str]:
        variables = child_processes.on_emulator(self.endpoint, access_key(), self.region)
        data = {"TF_DATA_DIR": str(self.workspace.data)}
        return variables | data | provider.variables(self.workspace.home)

    @property
    def _fingerprint_file(self) -> Path:
        return self.workspace.data / "initialised"

    def _fingerprint(self) -> str:
        """Returns a hash over the inputs and the output files of `init`."""
        files = sorted(self.workspace.root.rglob("*.tf"))
        files += [self.workspace.source / ".terraform.lock.hcl", self.config]
        inputs = [self.endpoint, shutil.which("terraform") or "", naming.shop().lock_table]
        parts = [*inputs, *(f.read_text() for f in files)]
        created = sorted(self._created_files())
        return hashlib.sha256("\0".join([*parts, *created]).encode()).hexdigest()

    def _created_files(self) -> Iterator[str]:
        """Yields each output file of `init` with its size, so that a deleted one is noticed."""
        yield str((self.workspace.folder / LOCK).is_file())
        for folder, _, names in os.walk(self.workspace.data, followlinks=True):
            files = (Path(folder) / name for name in names)
            yield from (f"{f} {f.stat().st_size}" for f in files if f != self._fingerprint_file)


def announce_graceful_stop() -> None:
    """Prints why Ctrl-C has not stopped Terraform yet."""
    # A stopped Terraform cancels pending requests. What these still create is in no state, and the
    # next apply fails because it exists already.
    render.note(
        "Waiting until Terraform is done, so that its state is complete. Ctrl-C again stops it at"
        " once: what it is creating then is in no state."
    )


def _tflocal_script() -> str:
    installed = Path(sys.executable).parent / "tflocal"
    script = str(installed) if installed.is_file() else shutil.which("tflocal")
    if not script:
        raise LabError("tflocal is not installed.", "`make install` puts it into .venv.")
    return script
