"""What the emulator does not keep: the same answers from less memory."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from datetime import date, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from botocore.loaders import JSONFileLoader, Loader
from localstack import config
from localstack.aws import spec
from localstack.services.lambda_.invocation import execution_environment
from localstack.services.lambda_.invocation.execution_environment import RuntimeStatus
from localstack.services.lambda_.invocation.lambda_models import InitializationType
from moto.utilities import utils

import localstack_host
from localstack_host.performance import memory_trimming, patches, service_models
from localstack_host.services.lambda_.concurrency import (
    SURPLUS_FOR,
    UntimedEnvironment,
    surplus,
    surplus_for,
)
from localstack_host.services.stepfunctions import ended_executions

OURS = "localstack_host."
NOW = datetime(2026, 1, 1, 12)
LONG_AGO = NOW - SURPLUS_FOR - timedelta(seconds=1)
SERVICES = ("dynamodb", "lambda", "s3", "stepfunctions")


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    loader: Any = JSONFileLoader
    for usual in ("_load_file", "load_file"):
        monkeypatch.setattr(loader, usual, getattr(loader, usual))
    monkeypatch.setattr(utils, "load_resource", utils.load_resource)
    monkeypatch.setattr(spec, "build_service_index_cache", spec.build_service_index_cache)
    patches.apply_early_patches()


def _described() -> list[Any]:
    return [Loader().load_service_model(service, "service-2") for service in SERVICES]


def _text(described: list[Any]) -> str:
    return json.dumps(described)  # it keeps the order, which equality does not look at


def test_shared_descriptions_say_the_same_in_the_same_order(request: Any) -> None:
    without = _described()
    request.getfixturevalue("shared")
    assert _text(_described()) == _text(without)
    assert isinstance(without[0], OrderedDict)


@pytest.mark.usefixtures("shared")
def test_all_loaders_get_the_same_description() -> None:
    assert all(first is second for first, second in zip(_described(), _described(), strict=True))


@pytest.mark.parametrize(
    ("package", "resource", "found"),
    [
        ("moto.ec2.models.instance_types", "../resources/instance_types.json", {}),
        (
            "moto.ec2.models.instance_types",
            "../resources/instance_type_offerings/region/us-east-2.json",
            [],
        ),
        ("moto.ec2.models.amis", "../resources/amis.json", "read"),
        ("moto.ssm.models", "resources/instance_types.json", "read"),
    ],
)
def test_of_ec2_only_the_machines_are_left_out(package: str, resource: str, found: Any) -> None:
    assert service_models.without_instance_types(lambda *_: "read", package, resource) == found


def test_descriptions_are_shared_before_any_other_hook_reads_them() -> None:
    hooks = entry_points(group="localstack.hooks.on_infra_start")
    ours = [hook for hook in hooks if OURS in hook.module]
    priorities = {hook.name: hook.load().hook_priority for hook in ours}
    assert priorities.pop("service_models") == patches.FIRST
    assert max(priorities.values()) < patches.FIRST


def test_every_hook_is_an_entry_point() -> None:
    package = Path(localstack_host.__path__[0])
    written = sum(text.read_text().count("\n@on_infra_start(") for text in package.rglob("*.py"))
    named = [e for e in entry_points(group="localstack.hooks.on_infra_start") if OURS in e.module]
    assert len(named) == written


def test_every_hook_has_a_name_of_its_own_so_that_all_of_them_run() -> None:
    hooks = entry_points(group="localstack.hooks.on_infra_start")
    ours = [hook.load() for hook in hooks if OURS in hook.module]
    assert len({hook.__pluginspec__.name for hook in ours}) == len(ours)


@pytest.mark.usefixtures("shared")
def test_a_client_changes_nothing_in_a_shared_description() -> None:
    from botocore.session import Session

    before = _text(_described())
    session = Session()
    for service in SERVICES:
        session.create_client(service, region_name="us-east-2")
    assert _text(_described()) == before


@pytest.mark.usefixtures("shared")
def test_a_description_that_is_not_there_is_not_found() -> None:
    assert JSONFileLoader().load_file("/nowhere/service-2") is None


def test_an_ended_execution_keeps_its_history_and_no_working_data() -> None:
    history = [{"type": "ExecutionStarted"}]
    environment = SimpleNamespace(
        _frames=[object()], heap={"a": 1}, stack=[2], event_manager=history
    )
    ended_executions.forget_data(environment)
    assert (environment._frames, environment.heap, environment.stack) == ([], {}, [])
    assert environment.event_manager is history


def test_threads_that_have_run_are_forgotten_and_no_others() -> None:
    release = threading.Event()
    finished, running, waiting = (threading.Thread(target=release.wait) for _ in range(3))
    finished._target = lambda: None  # type: ignore[attr-defined]
    finished.start()
    finished.join()
    running.start()
    other = object()
    threads: list[Any] = [finished, running, waiting, other]
    ended_executions.forget_finished(threads)
    release.set()
    assert threads == [running, waiting, other]


def _environment(
    last_returned: datetime,
    status: RuntimeStatus = RuntimeStatus.READY,
    kind: InitializationType = InitializationType.on_demand,
) -> Any:
    return SimpleNamespace(last_returned=last_returned, status=status, initialization_type=kind)


def test_after_a_rush_the_environment_that_was_used_last_stays() -> None:
    older, last = _environment(LONG_AGO - timedelta(seconds=1)), _environment(LONG_AGO)
    assert surplus([last, older], NOW) == [older]


def test_an_environment_writes_to_the_stream_of_the_day_on_which_it_was_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = UntimedEnvironment.__new__(UntimedEnvironment)
    environment.id = "0a1b"
    environment.function_version = SimpleNamespace(id=SimpleNamespace(qualifier="7"))  # type: ignore[assignment]
    days = iter((date(2026, 11, 28), date(2026, 11, 29)))
    monkeypatch.setattr(
        execution_environment, "date", SimpleNamespace(today=lambda: next(days)), raising=True
    )
    for _ in range(2):
        assert environment.get_log_stream_name() == "2026/11/28/[7]0a1b"


def test_environments_end_sooner_where_memory_is_scarce(monkeypatch: pytest.MonkeyPatch) -> None:
    left = SimpleNamespace(available=2**31)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: left)
    assert surplus_for() == SURPLUS_FOR
    left.available = 2**29
    assert surplus_for() < SURPLUS_FOR
    idle = _environment(NOW - surplus_for() - timedelta(seconds=1))
    assert surplus([idle, _environment(NOW)], NOW, surplus_for()) == [idle]
    assert surplus([idle, _environment(NOW)], NOW) == []


def test_an_environment_that_was_just_used_is_not_surplus() -> None:
    assert surplus([_environment(NOW), _environment(NOW)], NOW) == []


def test_what_works_and_what_is_provisioned_is_not_surplus() -> None:
    busy = _environment(LONG_AGO, RuntimeStatus.INVOKING)
    wanted = _environment(LONG_AGO, kind=InitializationType.provisioned_concurrency)
    assert surplus([busy, wanted, _environment(LONG_AGO)], NOW) == []


def test_the_last_environment_ends_when_localstack_would_end_it() -> None:
    kept_for = timedelta(milliseconds=config.LAMBDA_KEEPALIVE_MS)
    last = _environment(NOW - kept_for - timedelta(seconds=1))
    assert surplus([last], NOW) == [last]


def test_freed_memory_is_given_back_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_trimming, "EVERY_S", 0.01)
    again = threading.Semaphore(0)
    threading.Thread(target=memory_trimming._repeat, args=(again.release,), daemon=True).start()
    assert all(again.acquire(timeout=5) for _ in range(2))


def test_where_the_c_library_is_glibc_memory_can_be_given_back() -> None:
    trim = memory_trimming._trim()
    assert trim is None or trim() in (0, 1)
