"""The cache, as one deploy uses it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lab.console import render
from lab.core import endpoints, paths, preconditions
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.deploy.deployment_cache import contents, service_index
from lab.deploy.deployment_cache.key import EmulatorSettings, Key
from lab.deploy.deployment_cache.store import Cache, Entry
from lab.deploy.terraform.state import State
from lab.deploy.terraform.workspace import Workspace
from lab.emulator import process, saved_state

SPACE = 150 * preconditions.MB
"""The cache is not written to a disk with less free space."""


@dataclass(frozen=True)
class KeptDeployment:
    """The entry that one deploy reads or writes. `was_empty` is of the emulator before it."""

    target: Target
    digest: str
    was_empty: bool
    cache: Cache

    @classmethod
    def of(cls, target: Target, workspace: Workspace, package: Path) -> KeptDeployment | None:
        """Returns None for an emulator that this lab does not run as a process."""
        emulator = saved_state.own_process()
        if emulator is None or not endpoints.same(emulator.endpoint, target.endpoint):
            return None
        settings = EmulatorSettings(emulator.iam, process.named_services(emulator.services))
        digest = Key.of(target, workspace, package, settings).digest
        return cls(target, digest, contents.is_empty(emulator.endpoint), Cache.of_user())

    def restore(self, on_progress: Progress) -> Entry | None:
        """Restores the deployment to an empty emulator, if it is in the cache.

        An entry that cannot be loaded is deleted. The emulator is empty and runs then.
        """
        entry = self.cache.find(self.digest) if self.was_empty else None
        if entry is None:
            return None
        on_progress("restoring what this machine has deployed before")
        try:
            saved_state.restore(entry.state, on_progress)
        except (LabError, OSError) as error:
            self.cache.drop(self.digest)
            render.note(f"The kept deployment cannot be restored and is deleted: {error}")
            process.start(endpoints.port_of(str(self.target.endpoint)), fresh=True)
            return None
        return entry

    def keep(self, resources: int) -> None:
        """Adds the deployment to the cache, if the emulator holds nothing else.

        The deploy has succeeded: if this fails, that is a remark only.
        """
        if not self.was_empty or contents.others(self.target):
            return
        record = {
            "environment": self.target.environment,
            "resources": resources,
            "version": State.of(self.target).version(),
        }
        try:
            if preconditions.free(self.cache.root) >= SPACE:
                self.cache.add(self.digest, record, saved_state.save)
                service_index.keep()
        except (LabError, OSError) as error:
            render.note(f"The deployment is not kept for the next empty emulator: {error}")

    def drop(self) -> None:
        """Deletes the entry."""
        self.cache.drop(self.digest)

    def is_deployed(self) -> bool:
        """Whether Terraform's state is the one that a deploy of the same inputs has left."""
        version = State.of(self.target).version()
        record = paths.stored_object(self._record)
        return bool(version) and record == {"inputs": self.digest, "state": version}

    def started_with(self) -> Entry | None:
        """The entry with which the emulator has started, if Terraform's state is still its own."""
        entry = self.cache.find(self.digest)
        return entry if entry and entry.version == State.of(self.target).version() else None

    def note_deployed(self) -> None:
        """Records that a deploy of these inputs has left Terraform's state as it is now."""
        record = {"inputs": self.digest, "state": State.of(self.target).version()}
        draft = self._record.with_suffix(".new")
        draft.write_text(json.dumps(record) + "\n", encoding="utf-8")
        draft.replace(self._record)

    @property
    def _record(self) -> Path:
        return paths.home() / "terraform" / f"deployed-{self.target.environment}.json"
