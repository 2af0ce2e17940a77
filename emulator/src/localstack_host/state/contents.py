"""Collects the whole state of this process, writes it to a folder, and loads it from one."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS, ServiceState

from localstack_host.state import executions, members, objects, pickling, revival, stores
from localstack_host.state.about import STATE, About
from localstack_host.state.layout import BLOBS, METRICS

State = dict[str, Any]


def loaded_services() -> list[str]:
    """The services that have been used since the start: the others have no state."""
    return sorted(
        name
        for name, container in list(SERVICE_PLUGINS._services.items())
        if container.state == ServiceState.RUNNING
    )


def collect() -> State:
    """The state, made of the services' own objects: it is to be written at once."""
    services = loaded_services()
    return {
        "services": services,
        "stores": {
            name: stores.content_of(store) for name, store in stores.stores_of(services).items()
        },
        "members": members.save_all(services),
        "moment": time.time(),
    }


@dataclass(frozen=True)
class Taken:
    """A state as it was at one moment."""

    services: tuple[str, ...]
    pickled: list[bytes]


def take() -> Taken:
    """Takes the state of this process, in which nothing may change meanwhile.

    Reads and writes no file, waits for nothing, and so lets no other thread run for that.
    """
    state = collect()
    return Taken(tuple(state["services"]), pickling.dump(state))


def write_objects(folder: Path, before: Path | None, *, prepared: bool = False) -> None:
    """Writes S3's contents that the folder has not; `before` has those of the state before it.

    With `prepared` only those that have a hash: operations go on.
    """
    if "s3" in loaded_services():
        store = members.provider_of("s3")._storage_backend
        blobs = before / BLOBS if before else None
        objects.write(store, folder / BLOBS, blobs, prepared=prepared)


def write(folder: Path, taken: Taken, metrics: Path | None) -> None:
    """Writes a state that was taken, with the copy of the data points, to S3's contents."""
    with (folder / STATE).open("wb") as file:
        file.writelines(taken.pickled)
    if metrics is not None and metrics.exists():
        metrics.rename(folder / METRICS)
    About.of(folder, taken.services).write(folder)


def load(folder: Path) -> list[Any]:
    """Loads a checked state into this process. Returns the executions that it has aborted."""
    with (folder / STATE).open("rb") as file:
        services = _services_of(folder)
        with ThreadPoolExecutor(4) as pool:  # most of a service's start is reading files
            list(pool.map(SERVICE_PLUGINS.require, services))
        state = pickling.load(file)
    for name, content in state["stores"].items():
        stores.fill(stores.named(name), content)
    members.load_all(state["members"], folder)
    if (folder / METRICS).exists():
        members.copy_metrics(folder / METRICS, members.metrics_database())
    return _revive(services)


def _services_of(folder: Path) -> list[str]:
    from localstack_host.state import about

    return list(about.read(folder).services)


def _revive(services: list[str]) -> list[Any]:
    if "events" in services:
        revival.revive_events(members.provider_of("events"))
    if "lambda" in services:
        revival.revive_lambda(members.provider_of("lambda"))
    if "scheduler" in services:
        revival.revive_scheduler()
    return executions.abort_running() if "stepfunctions" in services else []
