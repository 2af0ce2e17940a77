"""`make install` takes over the bytecode that an earlier checkout has compiled."""

from __future__ import annotations

import py_compile
import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import paths

SCRIPT = paths.ROOT / "scripts" / "bytecode.py"


def run(command: str, cache: Path, packages: Path, lock: str = "1") -> None:
    file = packages / "uv.lock"
    file.write_text(lock)
    subprocess.run([sys.executable, SCRIPT, command, cache, packages, file], check=True)


def installed(folder: Path) -> Path:
    (folder / "a" / "b").mkdir(parents=True)
    for name in ("a/one.py", "a/b/two.py"):
        (folder / name).write_text("x = 1\n")
    return folder


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    packages = installed(tmp_path / "first")
    for file in packages.rglob("*.py"):
        py_compile.compile(str(file))
    return packages


def bytecode(folder: Path) -> list[Path]:
    return sorted(file.relative_to(folder) for file in folder.rglob("*.pyc"))


def test_the_next_installation_has_the_bytecode_of_the_last(compiled: Path, tmp_path: Path) -> None:
    cache, second = tmp_path / "cache", installed(tmp_path / "second")
    run("keep", cache, compiled)
    run("restore", cache, second)
    assert bytecode(second) == bytecode(compiled)
    assert len(bytecode(second)) == 2


def test_another_lock_has_none_and_replaces_it(compiled: Path, tmp_path: Path) -> None:
    cache, second = tmp_path / "cache", installed(tmp_path / "second")
    run("keep", cache, compiled)
    run("restore", cache, second, lock="2")
    assert bytecode(second) == []
    run("keep", cache, compiled, lock="2")
    assert len(list(cache.iterdir())) == 1


def test_nothing_is_taken_from_a_folder_that_others_can_write_to(
    compiled: Path, tmp_path: Path
) -> None:
    cache, second = tmp_path / "cache", installed(tmp_path / "second")
    run("keep", cache, compiled)
    cache.chmod(0o777)
    run("restore", cache, second)
    assert bytecode(second) == []


def test_a_cache_that_cannot_be_written_costs_time_only(compiled: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run("keep", tmp_path / "file" / "cache", compiled)


def test_the_shell_and_python_find_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lab.deploy.deployment_cache import store

    install = (paths.ROOT / "scripts" / "install.sh").read_text()
    function = install[install.index("find_cache() {") : install.index("reuse_uv() {")]
    for variables in ({"LAB_CACHE": str(tmp_path)}, {"XDG_CACHE_HOME": str(tmp_path)}, {}):
        for name in ("LAB_CACHE", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        said = subprocess.run(
            ["sh", "-c", f"{function}\nfind_cache"], capture_output=True, text=True, check=True
        )
        assert said.stdout.strip() == str(store.folder())
