"""Where the public stacks come from: their repositories, each at the commit that was looked at."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree

from conformance.programs import ConformanceError, installer_variables, need
from conformance.stacks import Stack


def fetch(stacks: Iterable[Stack], folder: Path) -> Path:
    """The folder that has `owner/name` of each repository. What is there already is kept."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for stack in stacks:
        folders = wanted.setdefault((stack.repository, stack.commit), set())
        folders.update((stack.folder, *stack.reads))
    for (repository, commit), named in wanted.items():
        _fetch(repository, commit, sorted(named), folder / Stack.place_of(repository))
    return folder


def _fetch(repository: str, commit: str, folders: list[str], checkout: Path) -> None:
    """A commit without its history, and of its files only those of the stacks."""
    is_there = checkout / ".git/stacks"
    wanted = "\n".join((commit, *folders))
    if is_there.is_file() and is_there.read_text() == wanted:
        return
    rmtree(checkout, ignore_errors=True)
    checkout.mkdir(parents=True)
    for arguments in (
        ("init", "--quiet"),
        ("remote", "add", "origin", repository),
        ("fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", commit),
        ("checkout", "--quiet", "FETCH_HEAD", "--", *folders),
    ):
        _git(repository, arguments, checkout)
    is_there.write_text(wanted)


def _git(repository: str, arguments: tuple[str, ...], checkout: Path) -> None:
    done = subprocess.run(
        [need("git", "Install it."), *arguments],
        cwd=checkout,
        env=installer_variables(GIT_TERMINAL_PROMPT="0"),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ConformanceError(f"{repository} could not be fetched: {done.stderr.strip()}")
