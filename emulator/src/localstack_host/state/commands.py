"""What the command line does with saved states. Runs outside of the emulator."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localstack_host.host.errors import HostError
from localstack_host.host.settings import STATE
from localstack_host.host.wrapper import START
from localstack_host.state import about, saved_states
from localstack_host.state.about import About, Unusable
from localstack_host.state.saved_states import CURRENT, SavedStates
from localstack_host.state.variables import PATH

SAVE_TIMEOUT_S = 60.0
STATUS_TIMEOUT_S = 2.0
EXCHANGE = "localstack_host.state.exchange"
NOTHING = {"restored": False, "saved_at": None, "refused": None}


def report(endpoint: str) -> dict[str, Any]:
    """What an emulator has loaded: `{"restored", "saved_at", "refused"}`."""
    answer = _request(endpoint, "GET") or {}
    return {name: answer.get(name, value) for name, value in NOTHING.items()}


def not_saved(endpoint: str) -> dict[str, str] | None:
    """Since when an emulator's saves fail, and why: `{"since", "why"}`; None if they do not."""
    answer = _request(endpoint, "GET", STATUS_TIMEOUT_S) or {}
    found = answer.get("not_saved")
    return found if isinstance(found, dict) else None


def save_running(endpoint: str) -> str | None:
    """Makes an emulator save now. Returns None, or why it did not."""
    answer = _request(endpoint, "POST")
    if answer is None:
        return f"The emulator keeps no state ({STATE.variable}=off), or it does not answer."
    problem = answer.get("error")
    return None if problem is None else str(problem)


def begin_anew() -> None:
    """Puts the saved state aside, as `state/replaced`: the next start is without one."""
    states = SavedStates.of_home()
    with states.locked():
        states.set_aside_current()


def begin_with(folder: Path) -> None:
    """Makes a copy of a saved state the one that the next start loads. Raises HostError."""
    states = SavedStates.of_home()
    with _explained(), states.locked():
        states.begin_with(folder.absolute())


def require_usable(folder: Path) -> About:
    """Reads what a saved state is. Raises HostError if this emulator cannot load it."""
    with _explained():
        return about.check(folder.absolute())


def save_to(folder: Path) -> About:
    """Copies the latest saved state to a new folder. Raises HostError."""
    states = SavedStates.of_home()
    with _explained(), states.locked():
        current = states.folder(CURRENT)
        if current is None:
            raise HostError("There is no saved state in this home.", f"Start an emulator: {START}")
        return saved_states.copy(current, folder.absolute())


def export(folder: Path, file: Path) -> dict[str, Any]:
    """Writes a saved state as data that can be handed to other people. Raises HostError."""
    return _exchange("export", folder, file)


def import_file(file: Path, folder: Path) -> dict[str, Any]:
    """Makes a saved state of an exported file. Raises HostError for one that is not allowed."""
    return _exchange("import", file, folder)


def _exchange(command: str, source: Path, target: Path) -> dict[str, Any]:
    """Runs the program that reads and checks: it imports LocalStack."""
    arguments = [sys.executable, "-m", EXCHANGE, command, f"{source.absolute()}"]
    run = subprocess.run([*arguments, f"{target.absolute()}"], stdout=subprocess.PIPE, check=False)
    try:
        result: dict[str, Any] = json.loads(run.stdout)
    except ValueError as error:
        raise HostError(f"The {command} of {source} ended with {run.returncode}.") from error
    if "error" in result:
        hint = "Nothing was written. Ask its author for a new export of a saved state."
        done = "imported" if command == "import" else "exported"
        raise HostError(
            f"{source} was not {done}: {result['error']}.", hint if command == "import" else ""
        )
    return result


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise HostError(f"{error}.", "Choose another folder, or remove it first.") from error
    except Unusable as error:
        hint = "Use a state that this version has saved, or create your resources again."
        raise HostError(f"The saved state cannot be used: {error}.", hint) from error


def _request(
    endpoint: str, method: str, timeout_s: float = SAVE_TIMEOUT_S
) -> dict[str, Any] | None:
    """The page's answer; None if there is none."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=timeout_s)
    try:
        connection.request(method, PATH, headers={"Content-Length": "0"})
        response = connection.getresponse()
        answer = json.loads(response.read()) if response.status == HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None
