"""What the lab writes is for whoever runs it, and what was left open is closed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import file_permissions, paths
from lab.core.target import Target
from lab.deploy import account
from lab.lessons.site import kernel_home
from lab.lessons.workshop import Workshop
from tests.exhaustive import all_but
from tests.file_modes import executable, modes, open_to_others

WRITERS = {
    "progress": "from lab.lessons import scores; scores.note('04.1')",
    "copies of the lessons": "from lab.lessons import copies; copies.bring_up_to_date()",
    "zip": "from lab.deploy import package; package.build()",
    "Terraform's copy": "from lab.deploy import package;"
    "from lab.deploy.terraform.workspace import Workspace;"
    "Workspace('dev').fill(package.build())",
    "crash": "from lab.core.error_messages import explain; explain(ZeroDivisionError())",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lab's home that does not exist yet."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def make_open(home: Path) -> None:
    """What a lab before this one has left, with a socket and a program."""
    (home / "emulator" / "s3").mkdir(parents=True)
    (home / "emulator" / "s3" / "order").write_text("an address")
    (home / "plugin").touch()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(home / "socket"))  # an absolute one may be too long
    for path in (home, *home.rglob("*")):
        path.chmod(0o777)


@pytest.mark.parametrize("umask", all_but("000".__eq__, ["000", "022"]))
@pytest.mark.parametrize("program", WRITERS.values(), ids=WRITERS)
def test_whoever_writes_to_the_home_writes_for_its_owner(
    home: Path, program: str, umask: str
) -> None:
    """Also a kernel in somebody's editor, which `lab` has not started."""
    command = [sys.executable, "-c", program]
    subprocess.run(command, cwd=paths.ROOT, umask=int(umask, 8), check=True)

    assert len(modes(home)) > 1
    assert open_to_others(home) == []
    assert executable(home) == []


def test_a_copy_of_sources_has_not_their_modes(home: Path) -> None:
    Workshop(paths.home() / "functions", Target()).start_over()

    assert open_to_others(home) == []


def test_a_kernel_keeps_what_was_typed_in_the_home(home: Path) -> None:
    given = kernel_home()

    assert all(Path(given[name]).is_relative_to(home) for name in ("IPYTHONDIR", "LAB_HOME"))
    assert Path(given["JUPYTER_RUNTIME_DIR"]).is_relative_to(home)
    assert open_to_others(home) == []


def test_a_home_that_was_left_open_is_closed_with_all_in_it(home: Path) -> None:
    make_open(home)

    paths.home()

    assert open_to_others(home) == []
    assert os.access(home / "plugin", os.X_OK)


def test_what_a_link_leads_to_is_left_alone(home: Path, tmp_path: Path) -> None:
    make_open(home)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").touch()
    for path in (tmp_path / "elsewhere", tmp_path / "elsewhere" / "file"):
        path.chmod(0o755)
    (home / "folder").symlink_to(tmp_path / "elsewhere")
    (home / "file").symlink_to(tmp_path / "elsewhere" / "file")

    paths.home()

    assert [mode(path) for path in (tmp_path / "elsewhere", home / "file")] == [0o755, 0o755]


def test_a_folder_for_everybody_stays_one(home: Path) -> None:
    """LAB_HOME=/tmp; and the folder that a container's volume is mounted on."""
    make_open(home)
    home.chmod(0o1777)

    paths.home()

    assert mode(home) == 0o1777
    assert mode(home / "plugin") == 0o777


def test_a_folder_that_others_live_in_stays_open(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LAB_HOME=$HOME must not close somebody's public_html."""
    make_open(home)
    monkeypatch.setenv("HOME", str(home / "emulator"))

    paths.home()

    assert mode(home / "plugin") == 0o777


def test_what_is_made_to_be_committed_has_the_users_own_modes(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.home()
    (tmp_path / "bootstrap").mkdir()
    monkeypatch.setattr(paths, "TERRAFORM", tmp_path)
    monkeypatch.setattr(file_permissions, "begin", lambda: 0o027)

    committed = account.set_pipeline_repository("owner/name")
    (tmp_path / "later").touch()

    assert (mode(committed), mode(tmp_path / "later")) == (0o640, 0o600)
