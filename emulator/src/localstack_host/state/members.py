"""What the services hold outside of their stores, and how each is saved and loaded.

`tests/unit/state/test_everything_is_carried.py` finds all of it, and fails for what is missing.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS

from localstack_host.state import objects, stream_positions
from localstack_host.state.executions import ERROR as STOPPED
from localstack_host.state.layout import BLOBS


@dataclass(frozen=True)
class Member:
    """A part of a service: what is saved of it, and how it is loaded after the stores."""

    service: str
    name: str
    save: Callable[[Any], Any]
    load: Callable[[Any, Any, Path], None]


def provider_of(service: str) -> Any:
    """The provider of a loaded service (of LocalStack's `Service`); None if it has none."""
    container = SERVICE_PLUGINS._services.get(service)
    return container.service._provider if container else None


def _engine(_provider: Any) -> Any:
    from localstack_host.services.dynamodb.provider import engine

    return engine()


def _load_engine(_provider: Any, saved: Any, _folder: Path) -> None:
    _engine(None).load(saved)


def _load_queries(provider: Any, saved: Any, _folder: Path) -> None:
    provider._queries.update(saved)


def _load_events_counted(provider: Any, saved: Any, _folder: Path) -> None:
    put, kept = saved
    provider._latest._put.extend(put)
    provider._latest._kept = kept


def _next_event_id(_provider: Any) -> int:
    from moto.logs.models import LogEvent

    number: int = LogEvent._event_id
    return number


def _load_next_event_id(_provider: Any, saved: int, _folder: Path) -> None:
    from localstack_host.services.logs import patches

    patches.go_on_counting(saved)


def _load_keys(provider: Any, saved: Any, _folder: Path) -> None:
    provider._keys.update(saved)


def event_queues() -> dict[str, Any]:
    """Lambda's queues of asynchronous events, by their names."""
    queues: dict[str, Any] = _event_queues().queues
    return queues


def _event_queues() -> Any:
    from localstack.services.lambda_.invocation.internal_sqs_queue import get_fake_sqs_client

    return get_fake_sqs_client().queue_manager


def _load_event_queues(_provider: Any, saved: Any, _folder: Path) -> None:
    """A version finds its queue by its name when it starts."""
    manager = _event_queues()
    manager.queues.update(saved)
    for queue in saved.values():
        manager.queue_update_worker.add_queue(queue)


def _in_the_store(_provider: Any) -> None:
    """What is saved of a member that follows from the stores."""


def _count_ended(_provider: Any, _saved: Any, _folder: Path) -> None:
    """The limit of how many are kept includes those that were loaded."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    from localstack_host.services.stepfunctions.ended_executions import kept

    executions = [e for _, _, store in sfn_stores.iter_stores() for e in store.executions.values()]
    ended = [execution for execution in executions if execution.stop_date]
    for execution in sorted(ended, key=lambda execution: execution.stop_date):
        kept().add(execution)


def _end_move_tasks(_provider: Any, _saved: Any, _folder: Path) -> None:
    """A task that moved messages has ended with the process; the others are where they were."""
    from localstack.services.sqs.models import sqs_stores

    for _, _, store in sqs_stores.iter_stores():
        for task in store.move_tasks.values():
            if task.status in ("CREATED", "RUNNING", "CANCELLING"):
                task.status, task.failure_reason = "FAILED", STOPPED


def _usage(_provider: Any) -> Any:
    from localstack_host.services.iam.usage import counted

    return counted()


def _load_usage(_provider: Any, saved: Any, _folder: Path) -> None:
    _usage(None).load(saved)


def _mails(_provider: Any) -> Any:
    from localstack.services.ses.provider import EMAILS

    return EMAILS


def _load_mails(_provider: Any, saved: Any, _folder: Path) -> None:
    _mails(None).update(saved)


def _sandbox() -> Any:
    from localstack_host.services.ses.sandbox import SANDBOX

    return SANDBOX


def _load_sandbox(_provider: Any, saved: Any, _folder: Path) -> None:
    _sandbox().on = saved


def _load_objects(provider: Any, saved: Any, folder: Path) -> None:
    from localstack.services.s3.models import s3_stores

    buckets: dict[str, Any] = {}
    for _, _, store in s3_stores.iter_stores():
        buckets |= store.buckets
    objects.load(provider._storage_backend, saved, folder / BLOBS, buckets)


MEMBERS = (
    Member("dynamodb", "engine", lambda _: _engine(None).save(), _load_engine),
    Member("iam", "usage", lambda _: _usage(None).save(), _load_usage),
    Member("logs", "queries", lambda logs: logs._queries, _load_queries),
    Member(
        "logs",
        "events counted",
        lambda logs: (list(logs._latest._put), logs._latest._kept),
        _load_events_counted,
    ),
    Member("logs", "next event id", _next_event_id, _load_next_event_id),
    Member("lambda", "keys", lambda lambda_: lambda_._keys, _load_keys),
    Member("lambda", "events", lambda _: dict(event_queues()), _load_event_queues),
    Member("lambda", "stream positions", stream_positions.of, stream_positions.load),
    Member("ses", "mails", lambda ses: dict(_mails(ses)), _load_mails),
    Member("ses", "sandbox", lambda _: _sandbox().on, _load_sandbox),
    Member("sqs", "move tasks", _in_the_store, _end_move_tasks),
    Member("stepfunctions", "ended", _in_the_store, _count_ended),
    Member("s3", "objects", lambda s3: objects.index(s3._storage_backend), _load_objects),
)


def save_all(services: list[str]) -> dict[str, Any]:
    """What is saved of all members of these services."""
    return {
        f"{member.service} {member.name}": member.save(provider_of(member.service))
        for member in MEMBERS
        if member.service in services
    }


def load_all(saved: dict[str, Any], folder: Path) -> None:
    """Loads all members that were saved."""
    for member in MEMBERS:
        key = f"{member.service} {member.name}"
        if key in saved:
            member.load(provider_of(member.service), saved[key], folder)


def metrics_database() -> Path:
    """The file of CloudWatch's data points."""
    from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

    return Path(CloudwatchDatabase.METRICS_DB)


def copy_metrics(source: Path, target: Path) -> None:
    """Copies the data points as they are at one moment: nobody else writes meanwhile.

    SQLite's own copy takes six times as long, and waits for the disk.
    """
    if not source.exists():
        return
    with (
        provider_of("cloudwatch").cloudwatch_database.DATABASE_LOCK,
        closing(sqlite3.connect(source)) as database,
    ):
        database.execute("BEGIN IMMEDIATE")  # Whoever makes an index has no lock of LocalStack's.
        shutil.copyfile(source, target)
