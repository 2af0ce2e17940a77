"""The hooks of the state: it is loaded before the server listens, and saved at the end."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from localstack_host.host import linux_features, run_state
from localstack_host.localstack_api import Response, on_infra_shutdown, on_infra_start, router
from localstack_host.server import function_endpoint
from localstack_host.state import about
from localstack_host.state.about import OtherVersion, Unusable
from localstack_host.state.saved_states import CURRENT, PREVIOUS, SavedStates
from localstack_host.state.saver import Saver
from localstack_host.state.variables import PATH, REFUSED, keeps_state

LOG = logging.getLogger(__name__)
FIRST, LAST = 1000, -1000
POLL_S = 0.1

SAVERS: list[Saver] = []


class StatePage:
    """The page `/_host/state`: GET says what was loaded, POST saves."""

    def __init__(self, report: dict[str, Any], saver: Saver) -> None:
        self._report = report
        self._saver = saver

    def show(self, _request: Any) -> Any:
        """Returns `{"restored", "saved_at", "refused", "last_save", "not_saved"}`."""
        now = {"last_save": self._saver.latest, "not_saved": self._saver.problem}
        return _json(self._report | now)

    def save(self, _request: Any) -> Any:
        """Saves now. Returns `{"error": null}`, or why that failed."""
        return _json({"error": self._saver.save() or None})


@on_infra_start(priority=LAST, should_load=keeps_state)
def keep_state() -> None:
    """Loads the state of this home, and saves it from then on."""
    from localstack_host.state.patches import apply_patches

    apply_patches()
    about.versions()  # of the code that runs, even if its files change later
    states = SavedStates.of_home()
    report, aborted = _load(states)
    saver = Saver(states, fork=linux_features.available())
    SAVERS.append(saver)
    page = StatePage(report, saver)
    router().add(PATH, page.show, methods=["GET"])
    router().add(PATH, page.save, methods=["POST"])
    saver.start()
    if report["restored"]:
        threading.Thread(target=_go_on, args=[aborted], name="loaded", daemon=True).start()


@on_infra_shutdown(priority=FIRST, should_load=keeps_state)
def save_at_the_end() -> None:
    """Saves before LocalStack ends its services, as after SIGTERM."""
    for saver in SAVERS:
        saver.stop()


def _go_on(aborted: list[Any]) -> None:
    """Tells which executions have ended, and runs what is due, when functions can call the API."""
    from localstack_host.state import executions, revival

    while not function_endpoint.url():
        time.sleep(POLL_S)
    executions.publish(aborted)
    revival.run_due()


def _load(states: SavedStates) -> tuple[dict[str, Any], list[Any]]:
    """Loads `current`, or `previous` if that cannot be loaded; says what happened."""
    refused = [text] if (text := os.environ.pop(REFUSED, "")) else []
    with states.locked():
        states.remove_leftovers()
        while folder := states.folder(CURRENT) or states.folder(PREVIOUS):
            link = CURRENT if states.folder(CURRENT) else PREVIOUS
            try:
                described = about.check(folder)
            except Unusable as error:
                refused.append(_put_aside(states, link, f"{error}"))
                if isinstance(error, OtherVersion):
                    break  # the older one is of those versions, too
                continue
            aborted = _filled(states, link, folder, refused)
            if link == PREVIOUS:
                states.promote_previous()
            return _report(described.saved_at, refused), aborted
    return _report(None, refused), []


def _filled(states: SavedStates, link: str, folder: Path, refused: list[str]) -> list[Any]:
    """Loads a folder. If that fails halfway, this process starts again, without the folder."""
    from localstack_host.state import contents

    try:
        return contents.load(folder)
    except Exception as error:
        LOG.exception("The state in %s cannot be loaded", folder)
        refused.append(_put_aside(states, link, f"it cannot be loaded: {error!r}"))
        environment = {**os.environ, REFUSED: " ".join(refused)}
        arguments = [sys.executable, *run_state.PROGRAM]
        os.execve(sys.executable, arguments, environment)  # noqa: S606


def _put_aside(states: SavedStates, link: str, why: str) -> str:
    kept = states.keep_refused(link)
    text = (
        f"The saved state was not loaded: {why}. It is kept in {kept}. Delete that folder if you"
        " do not need it, and create your resources again."
    )
    LOG.warning("%s", text)
    return text


def _report(saved_at: str | None, refused: list[str]) -> dict[str, Any]:
    why = " ".join(refused)
    if refused and saved_at:
        why += f" The older state of {saved_at} was loaded instead."
    return {"restored": saved_at is not None, "saved_at": saved_at, "refused": why or None}


def _json(content: Any) -> Any:
    return Response(json.dumps(content), mimetype="application/json")
