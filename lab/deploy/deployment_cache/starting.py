"""Starts an emulator that has never had a state with the deployment that is kept for it."""

from __future__ import annotations

from lab.console import render
from lab.core import endpoints, ports
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.deploy import package
from lab.deploy.deployment_cache import service_index
from lab.deploy.deployment_cache.key import EmulatorSettings, Key
from lab.deploy.deployment_cache.store import Cache
from lab.deploy.terraform.workspace import Workspace
from lab.emulator import process, saved_state
from lab.emulator.process import Emulator


def start(environment: str, port: int | None, on_progress: Progress) -> Emulator:
    """Starts the emulator as `process.start` does. A first start is with a kept deployment.

    So the emulator need not start twice, as it does if `deploy` restores one. Raises LabError.
    """
    ready = ports.is_free(port or endpoints.wanted_port() or endpoints.DEFAULT_PORT)
    if not ready or process.status().running or saved_state.was_ever_saved():
        return process.start(port, on_progress)
    settings = EmulatorSettings(services=process.requested_services())
    key = Key.of(Target(environment, ""), Workspace(environment), package.build(), settings)
    cache = Cache.of_user()
    entry = cache.find(key.digest)
    if entry is None:
        return process.start(port, on_progress)
    service_index.restore()
    try:
        return process.start(port, on_progress, state=entry.state)
    except LabError as error:
        started = process.start(port, on_progress, fresh=True)
        cache.drop(key.digest)  # the emulator starts without it
        render.note(f"The kept deployment cannot be restored and is deleted: {error}")
        return started
