"""Snapshots, with a function in place of the emulator's program."""

from __future__ import annotations

import errno
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lab.cli import app
from lab.core import emulator_program, invocation, run_state
from lab.core.errors import LabError
from lab.core.run_state import Record
from lab.emulator import saved_state
from lab.operate import snapshots
from lab.operate.snapshots import Library, operations

ENDPOINT = "http://localhost:4566"
ABOUT = {
    "format": 1,
    "saved_at": "2026-11-27T10:00:00Z",
    "localstack": "4.14.0",
    "moto": "5.1",
    "python": "3.13",
    "host": "abc",
    "services": ["s3"],
    "sha256": "0",
    "size": 3,
}


REFUSED = "a state that the emulator refuses when it starts"


@dataclass
class Program:
    """The emulator's program: its state is a text, and `fails` is raised by what it runs next."""

    state: str = "new"
    fails: BaseException | None = None
    fails_to_save: BaseException | None = None
    runs: list[str] = field(default_factory=list)

    def run(self, command: str, *arguments: str, on_progress: Any = None) -> Any:
        self.runs.append(command)
        actions = {
            "save": self._save,
            "restore": self._restore,
            "start": self._start,
            "export": self._export,
            "import": self._import,
        }
        return actions[command](*map(Path, arguments))

    def _raise_if_told(self) -> None:
        if self.fails:
            raise self.fails

    def _save(self, folder: Path) -> None:
        if self.fails_to_save:
            raise self.fails_to_save
        folder.mkdir()
        (folder / "state").write_text(self.state)
        self._raise_if_told()
        (folder / "about.json").write_text(json.dumps(ABOUT))

    def _restore(self, folder: Path) -> dict[str, Any]:
        self._raise_if_told()
        self.state = (folder / "state").read_text()
        if self.state == REFUSED:
            self.state = "empty"
            return {"endpoint": ENDPOINT, "state": {"restored": False, "refused": "it is torn"}}
        return {"endpoint": ENDPOINT, "state": {"restored": True}}

    def _start(self, _: Path, folder: Path) -> dict[str, Any]:
        return self._restore(folder)

    def _export(self, folder: Path, file: Path) -> None:
        with tarfile.open(file, "w:gz") as archive:
            archive.add(folder, ".")
        self._raise_if_told()

    def _import(self, file: Path, folder: Path) -> None:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        self._raise_if_told()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    invocation.begin()


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program, with an emulator that runs."""
    program = Program()
    record = Record(1, 0.0, 4566, ENDPOINT, "2026-11-27T09:00:00Z")
    monkeypatch.setattr(emulator_program, "run", program.run)
    monkeypatch.setattr(run_state, "load", lambda: record)
    monkeypatch.setattr(Record, "runs", lambda _: True)
    monkeypatch.setattr(operations, "_deployed", lambda _: {"dev": 137})
    return program


def left() -> list[str]:
    """Everything in the folder of snapshots but its lock."""
    root = Library.of_home().root
    return sorted(one.name for one in root.iterdir() if one.name != ".lock")


def test_a_snapshot_brings_back_what_was_there(program: Program) -> None:
    program.state = "in the morning"
    snapshots.save("morning")
    program.state = "in the evening"

    result = snapshots.load("morning")

    assert program.state == "in the morning"
    assert result.kept_as == "before-load"
    snapshots.load("before-load")
    assert program.state == "in the evening"
    snapshots.load("before-load")
    assert program.state == "in the morning"


def test_a_name_that_is_in_use_is_refused_and_replaced_only_if_told(program: Program) -> None:
    program.state = "first"
    snapshots.save("one")
    program.state = "second"
    for name in ("one", "ONE"):
        with pytest.raises(LabError, match="already") as refused:
            snapshots.save(name)
        assert "--replace" in refused.value.hint
    snapshots.save("one", replace=True)
    program.state = "third"
    snapshots.load("one")
    assert program.state == "second"


@pytest.mark.parametrize("name", ["", "../x", ".x", "a/b", "a b", "x" * 65, "é", "-x", "x\n"])
def test_a_name_that_could_lead_elsewhere_is_refused(program: Program, name: str) -> None:
    for action in (snapshots.save, snapshots.load, Library.of_home().remove):
        with pytest.raises(LabError, match="no name for a snapshot") as refused:
            action(name)
        assert refused.value.code == 2
    assert program.runs == []


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left", "x"), LabError("no")]
)
def test_a_save_that_fails_leaves_nothing_and_what_it_would_replace(
    program: Program, failure: BaseException
) -> None:
    program.state = "good"
    snapshots.save("kept")
    program.fails = failure
    for name in ("new", "kept"):
        with pytest.raises(type(failure)):
            snapshots.save(name, replace=True)
    assert left() == ["kept"]
    program.fails = None
    snapshots.load("kept")
    assert program.state == "good"


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), LabError("of LocalStack 4.1")])
def test_a_load_that_fails_keeps_what_was_there(program: Program, failure: BaseException) -> None:
    program.state = "old"
    snapshots.save("old")
    program.state = "now"

    def fail(*_: object, **__: object) -> None:
        raise failure

    for name in ("old", "before-load"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(saved_state, "restore", fail)
            with pytest.raises(type(failure)):
                snapshots.load(name)
    assert program.state == "now"
    assert (Library.of_home().find("before-load").state / "state").read_text() == "now"


def test_a_state_that_cannot_be_loaded_is_told_and_what_was_there_is_put_back(
    program: Program,
) -> None:
    program.state = "yesterday"
    snapshots.save("yesterday")
    program.state = REFUSED
    snapshots.save("torn")
    program.state = "now"
    snapshots.load("yesterday")
    program.state = "later"

    for _ in range(2):
        with pytest.raises(LabError, match="it is torn") as refused:
            snapshots.load("torn")
        assert "what was there before" in refused.value.hint
        assert program.state == "later"

    assert (Library.of_home().find("before-load").state / "state").read_text() == "now"
    assert left() == ["before-load", "torn", "yesterday"]


@pytest.mark.parametrize("command", ["save", "import"])
def test_a_name_that_is_taken_while_a_command_waits_for_the_lock_is_refused(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    snapshots.save("given")
    snapshots.export("given", tmp_path / "file.tar.gz")
    locked = Library.locked

    @contextmanager
    def locked_after_another(library: Library) -> Iterator[None]:
        with locked(library):
            library.put(library.draft("mine", saved_state.save, {}), "mine")
            program.state = "of the second"
            yield

    monkeypatch.setattr(Library, "locked", locked_after_another)
    program.state = "of the first"
    file = tmp_path / "file.tar.gz"
    make = {"save": snapshots.save, "import": partial(snapshots.import_file, file)}[command]
    with pytest.raises(LabError, match="'mine' already"):
        make("mine")

    assert (Library.of_home().find("mine").state / "state").read_text() == "of the first"


def test_what_a_killed_command_has_left_is_tidied_up(program: Program) -> None:
    snapshots.save("one")
    root = Library.of_home().root
    (root / "one").rename(root / ".one.old")  # killed between the two renames
    (root / ".two.draft").mkdir()

    snapshots.save("three")

    assert left() == ["one", "three"]


def test_the_copy_of_what_was_there_has_a_name_of_its_own(program: Program) -> None:
    with pytest.raises(LabError, match="before-load"):
        snapshots.save("before-load", replace=True)


def test_an_emulator_that_has_stopped_is_saved_as_it_was_and_started_to_load(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_state, "load", lambda: None)
    snapshots.save("one")
    result = snapshots.load("one")
    assert (program.runs[-1], result.kept_as) == ("start", "before-load")


def test_of_an_emulator_that_never_ran_nothing_is_saved_and_a_snapshot_is_loaded(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots.save("one")
    monkeypatch.setattr(run_state, "load", lambda: None)
    program.fails_to_save = LabError("There is no saved state in this home.")
    with pytest.raises(LabError, match="no saved state"):
        snapshots.save("two")
    assert snapshots.load("one").kept_as == ""
    assert left() == ["one"]


def test_of_a_container_there_are_no_snapshots(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record(0, 0.0, 4566, ENDPOINT, "2026-11-27T09:00:00Z", container="abc")
    monkeypatch.setattr(run_state, "load", lambda: record)
    with pytest.raises(LabError, match="in a container"):
        snapshots.save("x")


def test_an_export_is_imported_elsewhere_under_the_files_name(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.state = "from here"
    snapshots.save("one")
    snapshots.export("one", tmp_path / "sale.tar.gz")
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "elsewhere"))
    program.state = "there"

    made = snapshots.import_file(tmp_path / "sale.tar.gz")

    assert (made.name, made.imported_from) == ("sale", "sale.tar.gz")
    snapshots.load("sale")
    assert program.state == "from here"


def test_an_export_or_import_that_fails_leaves_nothing(program: Program, tmp_path: Path) -> None:
    snapshots.save("one")
    folder = tmp_path / "files"
    folder.mkdir()
    program.fails = OSError(errno.ENOSPC, "No space left", "x")
    with pytest.raises(OSError, match="No space"):
        snapshots.export("one", folder / "one.tar.gz")
    assert list(folder.iterdir()) == []

    program.fails = None
    snapshots.export("one", folder / "one.tar.gz")
    program.fails = OSError(errno.ENOSPC, "No space left", "x")
    with pytest.raises(OSError, match="No space"):
        snapshots.import_file(folder / "one.tar.gz", "two")
    assert left() == ["one"]


def test_the_commands_say_what_they_did(
    program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "one.tar.gz"
    for words, said in (
        (["save", "one"], "lab load one"),
        (["save", "one"], "--replace"),
        (["snapshots"], "dev (137 resources)"),
        (["snapshots", "list"], "dev (137 resources)"),
        (["snapshots", "describe", "one"], "4.14.0"),
        (["load", "one"], "lab load before-load"),
        (["snapshots", "export", "one", str(file)], "its secrets"),
        (["snapshots", "export", "one", str(file)], "exists"),
        (["snapshots", "import", str(file), "two"], "lab load two"),
        (["snapshots"], "imported from one.tar.gz"),
        (["snapshots", "remove", "two"], "--yes"),
        (["snapshots", "remove", "two", "--yes"], "deleted"),
        (["snapshots", "describe", "two"], "There is: before-load, one."),
    ):
        app.run(words)
        shown = capsys.readouterr()
        assert said in " ".join(f"{shown.out} {shown.err}".split()), words


def test_a_full_disk_is_said_in_words(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    program.fails = OSError(errno.ENOSPC, "No space left on device", "/x/state")
    assert app.run(["save", "one"]) == 1
    assert "There is no space left on the disk" in capsys.readouterr().err


def test_an_incomplete_snapshot_is_listed_with_why_and_can_be_removed(
    program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    made = snapshots.save("one")
    (made.state / saved_state.ABOUT).unlink()
    assert app.run(["snapshots"]) == 0
    assert "holds no saved state" in " ".join(capsys.readouterr().out.split())
    assert app.run(["load", "one"]) == 1
    assert app.run(["snapshots", "remove", "one", "--yes"]) == 0
    assert left() == []


def test_only_the_user_can_read_a_snapshot(program: Program) -> None:
    made = snapshots.save("one")
    files = [made.folder, *made.folder.rglob("*")]
    assert not [file for file in files if file.stat().st_mode & 0o077]
    shutil.rmtree(made.folder)
