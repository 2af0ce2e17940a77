"""`make install` in other people's environments: what they have set for uv and pip is not ours.

A uv that only writes down what it was told stands in for the real one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab.core import paths

UV = """#!/bin/sh
case "$1" in
    cache) echo "${UV_CACHE_DIR:-${HOME:-$PWD/nobody}/.cache/uv}" ;;
    sync)
        env > told
        mkdir -p .venv/bin
        printf '#!/bin/sh\\n' > .venv/bin/python
        chmod +x .venv/bin/python ;;
esac
"""
OURS = {
    *("UV_PYTHON=3.9", "UV_PROJECT=/tmp", "UV_WORKING_DIR=/tmp", "UV_MANAGED_PYTHON=1"),
    *("UV_LOCKED=1", "UV_NO_DEV=1", "UV_NO_BINARY=1", "UV_EXCLUDE_NEWER=bad", "UV_SYSTEM_PYTHON=1"),
    *("UV_PROJECT_ENVIRONMENT=/tmp/x", "VIRTUAL_ENV=/tmp/x", "PYTHONPATH=/tmp", "PYTHONHOME=/tmp"),
    *("PIP_USER=1", "PIP_TARGET=/tmp/x", "PIP_PREFIX=/tmp/x", "PIP_REQUIRE_HASHES=1"),
    *("PIP_DRY_RUN=1", "PIP_CONSTRAINT=/nowhere"),
}
THEIRS = {
    *("UV_INDEX_URL=https://mirror.example", "UV_DEFAULT_INDEX=https://mirror.example"),
    *("UV_OFFLINE=1", "UV_NATIVE_TLS=1", "UV_HTTP_TIMEOUT=60", "UV_LINK_MODE=copy"),
    *("UV_PYTHON_INSTALL_MIRROR=https://mirror.example", "PIP_INDEX_URL=https://mirror.example"),
    *("PIP_CERT=/corporate.pem", "PIP_PROXY=http://proxy.example:3128", "PIP_NO_INDEX=1"),
    *("HTTPS_PROXY=http://proxy.example:3128", "http_proxy=http://proxy.example:3128"),
    *("ALL_PROXY=socks5://proxy.example", "NO_PROXY=localhost", "SSL_CERT_FILE=/corporate.pem"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a path that nobody would choose, and a uv on the PATH."""
    folder = tmp_path / 'a "$HOME" ü'
    (folder / "scripts").mkdir(parents=True)
    for script in ("install.sh", "install-lambda-libraries.sh"):
        shutil.copy(paths.ROOT / "scripts" / script, folder / "scripts")
    (folder / "functions").mkdir()
    (folder / "functions" / "uv.lock").write_text("of the functions\n")
    (folder / ".python-version").write_text("3.13\n")
    program = tmp_path / "bin" / "uv"
    program.parent.mkdir()
    program.write_text(UV)
    program.chmod(0o755)
    return folder


def install(
    checkout: Path, *variables: str, home: str | None = ""
) -> subprocess.CompletedProcess[str]:
    """Runs the script with these variables; with `home` None there is no HOME."""
    path = f"{checkout.parent / 'bin'}:{os.environ['PATH']}"
    where = {} if home is None else {"HOME": home or str(checkout.parent)}
    own = dict(variable.split("=", 1) for variable in variables)
    return subprocess.run(
        ["sh", str(checkout / "scripts" / "install.sh")],
        env={"PATH": path, **where, **own},
        capture_output=True,
        text=True,
        check=False,
    )


def told(checkout: Path) -> set[str]:
    return set((checkout / "told").read_text().splitlines())


def test_what_is_meant_for_other_work_does_not_get_to_uv(checkout: Path) -> None:
    done = install(checkout, *OURS, *THEIRS)
    assert done.returncode == 0, done.stderr
    assert not told(checkout) & OURS


def test_how_packages_are_reached_does(checkout: Path) -> None:
    assert install(checkout, *OURS, *THEIRS).returncode == 0
    assert told(checkout) >= THEIRS


@pytest.mark.parametrize("home", [None, "/proc", "/proc/nowhere", "/etc/hostname"], ids=repr)
def test_it_installs_whatever_home_is(checkout: Path, home: str | None) -> None:
    done = install(checkout, home=home)
    assert done.returncode == 0, done.stderr
    if home is not None:
        assert "packages are kept in .lab/uv-cache" in done.stdout
        assert f"UV_CACHE_DIR={checkout}/.lab/uv-cache" in told(checkout)


def test_the_functions_libraries_are_installed_apart(checkout: Path) -> None:
    old = checkout / ".venv" / "lambda" / "python" / "of_another_commit.py"
    old.parent.mkdir(parents=True)
    old.touch()

    done = install(checkout, "CDPATH=/:/tmp")

    assert done.returncode == 0, done.stderr
    assert (checkout / ".venv" / "lambda" / "uv.lock").read_text() == "of the functions\n"
    assert not old.exists()


def test_a_cache_that_can_be_written_stays_where_it_is(checkout: Path) -> None:
    cache = f"UV_CACHE_DIR={checkout.parent}/cache"
    assert "packages are kept" not in install(checkout, cache).stdout
    assert cache in told(checkout)


@pytest.mark.parametrize(
    "variable",
    ["http_proxy=::::", "HTTPS_PROXY=not a url", "IFS=/", "CDPATH=/", "ENV=/nowhere", "LC_ALL=xx"],
)
def test_nonsense_elsewhere_is_left_alone(checkout: Path, variable: str) -> None:
    done = install(checkout, variable)
    assert done.returncode == 0, done.stderr


def test_a_python_that_is_neither_here_nor_to_be_fetched_is_explained(checkout: Path) -> None:
    program = checkout.parent / "bin" / "uv"
    program.write_text(UV.replace("case", 'case "$1" in python) exit 1 ;; esac\ncase', 1))
    done = install(checkout)
    assert done.returncode == 1
    for said in ("Python 3.13 is not on this machine", "UV_PYTHON_INSTALL_MIRROR", "HTTPS_PROXY"):
        assert said in done.stderr
