"""Saved states on disk: complete or not there, whatever fails in between."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from localstack_host.state import about, saved_states
from localstack_host.state.about import STATE, About, Unusable
from localstack_host.state.layout import BLOBS, METRICS
from localstack_host.state.saved_states import (
    CURRENT,
    DRAFT,
    LINKS,
    PREVIOUS,
    REPLACED,
    SavedStates,
)


@pytest.fixture
def states(tmp_path: Path) -> SavedStates:
    made = SavedStates(tmp_path / "state")
    with made.locked():
        return made


def writing(text: str) -> Callable[[Path, Path | None], None]:
    def write(draft: Path, _before: Path | None) -> None:
        (draft / STATE).write_text(text)
        About.of(draft, ("ssm",)).write(draft)

    return write


def save(states: SavedStates, text: str) -> None:
    states.save(writing(text), lambda: True)


def text_of(states: SavedStates, link: str) -> str | None:
    folder = states.folder(link)
    return (folder / STATE).read_text() if folder else None


def contents(states: SavedStates) -> dict[str, str | None]:
    return {link: text_of(states, link) for link in LINKS}


def test_the_latest_two_are_kept(states: SavedStates) -> None:
    for text in ("1", "2", "3"):
        save(states, text)
    assert contents(states) == {CURRENT: "3", PREVIOUS: "2", REPLACED: None}
    folders = [path for path in states.root.iterdir() if path.is_dir() and not path.is_symlink()]
    assert len(folders) == 2


def full_disk(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_loses_nothing(states: SavedStates, monkeypatch: pytest.MonkeyPatch) -> None:
    save(states, "1")
    save(states, "2")
    before = contents(states)
    for owner, name in (
        (saved_states, "sync_all"),
        (saved_states, "sync"),
        (about.About, "write"),
        (Path, "rename"),
        (Path, "mkdir"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, full_disk)
            with pytest.raises(OSError, match="No space"):
                save(states, "3")
        assert contents(states) == before, name
    save(states, "4")
    assert contents(states)[CURRENT] == "4"
    assert not list(states.root.glob(f"*{DRAFT}"))


def test_a_full_disk_in_the_middle_of_a_file_loses_nothing(states: SavedStates) -> None:
    save(states, "1")

    def half(draft: Path, _before: Path | None) -> None:
        (draft / STATE).write_text("ha")
        full_disk()

    with pytest.raises(OSError, match="No space"):
        states.save(half, lambda: True)
    assert contents(states)[CURRENT] == "1"


def test_a_save_that_may_not_be_committed_changes_nothing(states: SavedStates) -> None:
    save(states, "1")
    assert states.save(writing("2"), lambda: False) is None
    assert contents(states) == {CURRENT: "1", PREVIOUS: None, REPLACED: None}


def test_leftovers_are_removed_and_linked_states_stay(states: SavedStates) -> None:
    save(states, "1")
    (states.root / "7.draft").mkdir()
    (states.root / "9").mkdir()
    (states.root / "refused-x").mkdir()
    states.remove_leftovers()
    assert contents(states)[CURRENT] == "1"
    assert not (states.root / "7.draft").exists()
    assert not (states.root / "9").exists()
    assert (states.root / "refused-x").exists()


def test_a_fresh_start_keeps_the_state_as_replaced(states: SavedStates) -> None:
    save(states, "1")
    save(states, "2")
    states.set_aside_current()
    assert contents(states) == {CURRENT: None, PREVIOUS: None, REPLACED: "2"}
    for text in ("3", "4", "5"):
        save(states, text)
    assert contents(states) == {CURRENT: "5", PREVIOUS: "4", REPLACED: "2"}


def test_a_start_with_a_state_keeps_the_one_before(states: SavedStates, tmp_path: Path) -> None:
    save(states, "1")
    current = states.folder(CURRENT)
    assert current
    saved_states.copy(current, tmp_path / "copy")
    save(states, "2")
    states.begin_with(tmp_path / "copy")
    assert contents(states) == {CURRENT: "1", PREVIOUS: None, REPLACED: "2"}


def test_a_copy_is_complete_or_not_there(
    states: SavedStates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(states, "1")
    current = states.folder(CURRENT)
    assert current
    with monkeypatch.context() as patch:
        patch.setattr(saved_states, "sync_all", full_disk)
        with pytest.raises(OSError, match="No space"):
            saved_states.copy(current, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))
    assert saved_states.copy(current, tmp_path / "copy") == about.check(tmp_path / "copy")
    with pytest.raises(FileExistsError, match="exists already"):
        saved_states.copy(current, tmp_path / "copy")


def test_damage_and_other_versions_are_told(states: SavedStates, tmp_path: Path) -> None:
    save(states, "1")
    folder = states.folder(CURRENT)
    assert folder
    about.check(folder)
    (folder / STATE).write_text("2")
    with pytest.raises(Unusable, match="is damaged"):
        about.check(folder)
    (folder / STATE).unlink()
    with pytest.raises(Unusable, match="cannot be read"):
        about.check(folder)
    with pytest.raises(Unusable, match="no saved state"):
        about.check(tmp_path)


@pytest.mark.parametrize("name", [STATE, METRICS, f"{BLOBS}/{hashlib.sha256(b'x').hexdigest()}"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_damage_of_any_file_is_told(
    states: SavedStates, tmp_path: Path, name: str, damage: str
) -> None:
    def write(draft: Path, _before: Path | None) -> None:
        (draft / BLOBS).mkdir()
        for file in (STATE, METRICS, f"{BLOBS}/{hashlib.sha256(b'x').hexdigest()}"):
            (draft / file).write_text("x")
        About.of(draft, ("s3", "cloudwatch")).write(draft)

    folder = states.save(write, lambda: True)
    assert folder
    saved_states.copy(folder, tmp_path / "before")
    (folder / name).unlink()
    if damage == "changed":
        (folder / name).write_text("y")

    for use in (about.check, lambda damaged: saved_states.copy(damaged, tmp_path / "after")):
        with pytest.raises(Unusable, match=name):
            use(folder)
    assert not (tmp_path / "after").exists()
    about.check(tmp_path / "before")


def test_a_refused_state_is_kept_and_its_folder_named(states: SavedStates) -> None:
    save(states, "1")
    kept = states.keep_refused(CURRENT)
    assert kept
    assert (kept / STATE).read_text() == "1"
    save(states, "2")
    save(states, "3")
    assert (kept / STATE).read_text() == "1"


def test_one_at_a_time_has_the_lock(states: SavedStates) -> None:
    order: list[str] = []
    entered = threading.Event()

    def other() -> None:
        entered.set()
        with states.locked():
            order.append("other")

    with states.locked():
        thread = threading.Thread(target=other)
        thread.start()
        entered.wait()
        order.append("first")
    thread.join()
    assert order == ["first", "other"]
