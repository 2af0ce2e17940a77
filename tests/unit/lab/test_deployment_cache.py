"""The cache of deployments: its key, its entries, and how a deploy uses it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from lab.cli import app
from lab.core import (
    clients,
    invocation,
    paths,
    ports,
    preconditions,
)
from lab.core.errors import LabError
from lab.core.run_state import Record
from lab.core.target import Target
from lab.deploy import package
from lab.deploy.deployment_cache import (
    contents,
    kept_deployment,
    service_index,
    starting,
    store,
)
from lab.deploy.deployment_cache.kept_deployment import KeptDeployment
from lab.deploy.deployment_cache.store import Cache
from lab.deploy.terraform.workspace import Workspace
from lab.emulator import process, saved_state
from tests.own_sources import copied, digest

ENDPOINT = "http://localhost:4566"
RECORD = Record(1, 0.0, 4566, ENDPOINT, "2026-11-27T09:00:00Z")
ABOUT = {"saved_at": "2026-11-27T10:00:00Z", "localstack": "4", "moto": "5", "python": "3.13"}
DEPLOYED: dict[str, object] = {"environment": "dev", "resources": 137, "version": "v1"}


def save(folder: Path, size: int = 10) -> None:
    folder.mkdir()
    (folder / "state").write_bytes(bytes(size))
    (folder / "about.json").write_text(json.dumps(ABOUT | {"services": ["s3"], "size": size}))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "home"
    invocation.begin()


@pytest.fixture
def cache() -> Cache:
    return Cache.of_user()


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return copied(tmp_path / "checkout", monkeypatch)


def test_an_entry_is_found_again(cache: Cache) -> None:
    assert cache.find("a") is None
    added = cache.add("a", DEPLOYED, save)
    found = cache.find("a")
    assert found
    assert added
    assert (found.environment, found.resources) == ("dev", 137)
    assert found.made_at == ABOUT["saved_at"]
    assert [one.folder.name for one in cache.entries()] == ["a"]


def test_the_oldest_unused_entries_go_when_there_are_too_many(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_ENTRIES", 3)
    for age, name in enumerate("dcba"):
        cache.add(name, DEPLOYED, save)
        os.utime(cache.root / name / store.RECORD, (age, age))
    cache.find("c")  # used now
    cache.add("new", DEPLOYED, save)
    assert sorted(one.folder.name for one in cache.entries()) == ["a", "c", "new"]


def test_the_oldest_unused_entries_go_when_they_are_too_large(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 25_000)
    for age, name in enumerate("abc"):
        cache.add(name, DEPLOYED, lambda folder: save(folder, 10_000))
        os.utime(cache.root / name / store.RECORD, (age, age))
    assert {one.folder.name for one in cache.entries()} == {"b", "c"}
    cache.add("huge", DEPLOYED, lambda folder: save(folder, 100_000))
    assert [one.folder.name for one in cache.entries()] == ["huge"]  # what was just made stays


def test_two_checkouts_may_write_the_same_entry_at_once(cache: Cache) -> None:
    def save_while_another_does(folder: Path) -> None:
        cache.add("a", DEPLOYED, save)
        save(folder)

    assert cache.add("a", DEPLOYED, save_while_another_does)
    assert [one.name for one in cache.root.iterdir()] == ["a"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
def test_an_entry_that_cannot_be_written_leaves_nothing(
    cache: Cache, failure: BaseException
) -> None:
    def fail(folder: Path) -> None:
        save(folder)
        raise failure

    with pytest.raises(type(failure)):
        cache.add("a", DEPLOYED, fail)
    assert list(cache.root.iterdir()) == []


@pytest.mark.parametrize("file", [store.RECORD, "state/about.json"])
@pytest.mark.parametrize("content", [None, "", "[]", '{"environment": 1}'])
def test_a_damaged_entry_is_dropped(cache: Cache, file: str, content: str | None) -> None:
    cache.add("a", DEPLOYED, save)
    path = cache.root / "a" / file
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert cache.entries() == []
    assert cache.find("a") is None
    assert list(cache.root.iterdir()) == []


def test_only_the_user_can_read_the_cache(cache: Cache) -> None:
    cache.add("a", DEPLOYED, save)
    assert not [one for one in (cache.root, *cache.root.rglob("*")) if one.stat().st_mode & 0o077]


def test_a_folder_that_others_can_write_to_is_never_loaded_from(cache: Cache) -> None:
    cache.add("a", DEPLOYED, save)
    cache.root.chmod(0o777)
    assert cache.find("a") is None


def test_it_is_in_the_users_cache_folder_unless_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LAB_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr("sys.platform", "linux")
    assert Cache.of_user().root == tmp_path / "xdg" / "checkout-lab" / "deployments"


def test_the_commands_show_and_clear_it(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    cache.add("a", DEPLOYED, save)
    assert app.run(["cache", "show"]) == 0
    assert "137" in capsys.readouterr().out
    assert app.run(["cache", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["deployments"][0]["resources"] == 137
    assert app.run(["cache", "clear"]) == 0
    assert "1 deployment deleted" in capsys.readouterr().out
    assert list(cache.root.iterdir()) == []


def kept(cache: Cache, was_empty: bool = True) -> KeptDeployment:
    return KeptDeployment(Target("dev", ENDPOINT), "a", was_empty, cache)


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    folders: list[Path] = []
    monkeypatch.setattr(saved_state, "restore", lambda folder, _: folders.append(folder))
    return folders


def test_only_an_empty_emulator_gets_a_kept_deployment(cache: Cache, restored: list[Path]) -> None:
    cache.add("a", DEPLOYED, save)
    assert kept(cache, was_empty=False).restore(print) is None
    assert restored == []
    assert kept(cache).restore(print)
    assert restored == [cache.root / "a" / "state"]


def test_an_entry_that_cannot_be_restored_is_dropped_and_the_emulator_runs_empty(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.add("a", DEPLOYED, save)
    started: list[object] = []

    def refuse(*_: object) -> None:
        raise LabError("it is damaged")

    monkeypatch.setattr(saved_state, "restore", refuse)
    monkeypatch.setattr(process, "start", lambda port, fresh: started.append((port, fresh)))
    assert kept(cache).restore(print) is None
    assert started == [(4566, True)]
    assert cache.entries() == []
    assert "it is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("others", [[], ["s3 somebody-elses"]])
@pytest.mark.parametrize("was_empty", [True, False])
def test_only_what_is_the_deployments_alone_is_kept(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, others: list[str], was_empty: bool
) -> None:
    monkeypatch.setattr(contents, "others", lambda _: others)
    monkeypatch.setattr(kept_deployment.State, "version", lambda _: "v1")
    monkeypatch.setattr(saved_state, "save", save)
    kept(cache, was_empty).keep(137)
    assert len(cache.entries()) == (1 if was_empty and not others else 0)


def test_a_cache_that_cannot_be_written_is_no_failure_of_the_deploy(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(contents, "others", lambda _: [])
    monkeypatch.setattr(kept_deployment.State, "version", lambda _: "v1")
    monkeypatch.setattr(saved_state, "save", fail)
    kept(cache).keep(137)
    assert "No space left" in capsys.readouterr().err
    monkeypatch.setattr(preconditions, "free", lambda _: 1)
    kept(cache).keep(137)
    assert capsys.readouterr().err == ""


def test_an_emulator_of_others_or_in_a_container_has_no_kept_deployment(
    monkeypatch: pytest.MonkeyPatch, sources: Path
) -> None:
    arguments = Target("dev", ENDPOINT), Workspace("dev"), sources / "functions.zip"
    for record in (None, replace(RECORD, endpoint="http://localhost:1")):
        monkeypatch.setattr(saved_state, "own_process", lambda record=record: record)
        assert KeptDeployment.of(*arguments) is None
    monkeypatch.setattr(saved_state, "own_process", lambda: RECORD)
    monkeypatch.setattr(contents, "is_empty", lambda _: True)
    assert KeptDeployment.of(*arguments)


@pytest.mark.parametrize(
    ("health", "state", "empty"),
    [
        ('{"services": {"s3": "available", "ec2": "disabled"}}', '{"restored": false}', True),
        ('{"services": {"s3": "running", "ec2": "disabled"}}', '{"restored": false}', False),
        ('{"services": {"s3": "available"}}', '{"restored": true}', False),
        ('{"services": {"s3": "available"}}', "no such page", False),
        ("{}", '{"restored": false}', False),
        ("no JSON", "no JSON", False),
        ("no JSON", '{"restored": false}', False),
        ("[]", "[]", False),
    ],
)
def test_an_emulator_is_empty_while_no_service_was_used(
    monkeypatch: pytest.MonkeyPatch, health: str, state: str, empty: bool
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=state if request.url.path == contents.LOADED else health)

    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(
        clients, "http", lambda url, **_: httpx.Client(base_url=url, transport=transport)
    )
    assert contents.is_empty(ENDPOINT) is empty


def test_terraform_is_left_out_only_for_the_state_that_the_same_inputs_have_left(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = ["1"]
    monkeypatch.setattr(kept_deployment.State, "version", lambda _: version[0])
    (paths.home() / "terraform").mkdir()
    deployed = kept(cache)
    assert not deployed.is_deployed()
    deployed.note_deployed()
    assert deployed.is_deployed()
    assert not replace(deployed, digest="b").is_deployed()
    version[0] = "2"
    assert not deployed.is_deployed()
    version[0] = ""
    deployed.note_deployed()
    assert not deployed.is_deployed()  # nothing is deployed


def test_an_emulator_that_started_with_a_kept_deployment_is_known_by_terraforms_state(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_deployment.State, "version", lambda _: "v1")
    assert kept(cache).started_with() is None
    cache.add("a", DEPLOYED, save)
    assert kept(cache).started_with()
    monkeypatch.setattr(kept_deployment.State, "version", lambda _: "v2")
    assert kept(cache).started_with() is None


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch, sources: Path) -> list[dict[str, object]]:
    """The arguments of each start of an emulator; none runs."""
    found: list[dict[str, object]] = []

    def start(port: int, _: object, **more: object) -> process.Emulator:
        found.append(more)
        return process.Emulator(1, port, ENDPOINT, False, 1.0)

    monkeypatch.setattr(process, "start", start)
    monkeypatch.setattr(process, "status", lambda: process.EmulatorStatus(False, False, sources))
    monkeypatch.setattr(package, "build", lambda: sources / "functions.zip")
    return found


def test_only_a_first_start_is_with_the_kept_deployment(
    cache: Cache, sources: Path, starts: list[dict[str, object]]
) -> None:
    port = ports.any_free()
    starting.start("dev", port, print)
    cache.add(digest(sources), DEPLOYED, save)
    starting.start("dev", port, print)
    (paths.home() / "state").mkdir()
    starting.start("dev", port, print)
    entry = cache.root / digest(sources) / "state"
    assert starts == [{}, {"state": entry}, {}]


def test_a_kept_deployment_that_cannot_be_loaded_is_deleted_and_the_start_is_without(
    cache: Cache,
    sources: Path,
    starts: list[dict[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cache.add(digest(sources), DEPLOYED, save)
    original = process.start

    def start(port: int, on_progress: object, **more: object) -> process.Emulator:
        if more.get("state"):
            raise LabError("it is damaged")
        return original(port, on_progress, **more)

    monkeypatch.setattr(process, "start", start)
    assert starting.start("dev", ports.any_free(), print).endpoint == ENDPOINT
    assert starts == [{"fresh": True}]
    assert cache.entries() == []
    assert "it is damaged" in capsys.readouterr().err


def test_the_next_installation_gets_the_index_of_services_unless_others_may_write_it(
    sources: Path, cache: Cache
) -> None:
    installed = sources / "emulator" / ".venv" / "share" / "localstack-host"
    installed.mkdir(parents=True)
    index = installed / "service-catalog-1.dill"
    index.write_text("index")
    service_index.keep()
    index.unlink()
    service_index.restore()
    assert index.read_text() == "index"
    index.unlink()
    (cache.root.parent / "service-index").chmod(0o777)
    service_index.restore()
    assert not index.exists()
