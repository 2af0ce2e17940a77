"""Understands what Terraform prints: progress and errors from `-json`, errors from text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from lab.core import paths, preconditions
from lab.core.error_messages import says_no_space
from lab.core.errors import LabError
from lab.core.progress import Progress

LINES_SHOWN = 8
ERRORS_SHOWN = 3

DOING = {"create": "creating", "delete": "destroying", "read": "reading"}
IN_THE_WAY = ("already exists", "AlreadyExists", "AlreadyOwnedByYou", "ResourceInUse")
AGAIN = "Put it right and run the command again: Terraform goes on where it stopped."
RESTART = (
    "Something is there that Terraform does not know, maybe from a run that was killed. "
    "`lab down` and `lab up` empty the emulator; then deploy again."
)

CHECK_FAILED = "Check block assertion failed"
"""The summary of what a `check` block of ours remarks, once in the plan and once in the apply."""


@dataclass(frozen=True)
class Changes:
    """How many resources a run added, changed and destroyed."""

    added: int = 0
    changed: int = 0
    destroyed: int = 0


@dataclass
class Events:
    """Follows one run with `-json`, and reports its progress in words."""

    on_progress: Progress
    changes: Changes = Changes()
    errors: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    total: int = 0
    done: int = 0

    def hear(self, line: str) -> None:
        """Takes one line; what is not an event is left to the program's output."""
        event = _event(line)
        handler = getattr(self, f"_on_{event.get('type')}", None)
        if handler and not _reads(event):
            handler(event)

    def _on_refresh_start(self, event: dict[str, Any]) -> None:
        self.on_progress(f"comparing with what is there: {_resource(event)}")

    def _on_planned_change(self, event: dict[str, Any]) -> None:
        self.total += 2 if event["change"]["action"] == "replace" else 1

    def _on_apply_start(self, event: dict[str, Any]) -> None:
        self._report(f"{_doing(event)} {_resource(event)}")

    def _on_apply_progress(self, event: dict[str, Any]) -> None:
        seconds = event["hook"]["elapsed_seconds"]
        self._report(f"still {_doing(event)} {_resource(event)} ({seconds} s)")

    def _on_apply_complete(self, event: dict[str, Any]) -> None:
        self.done += 1
        self._report(
            f"{_resource(event)} is ready" if _makes(event) else f"{_resource(event)} is gone"
        )

    def _on_change_summary(self, event: dict[str, Any]) -> None:
        counts = event["changes"]
        if counts["operation"] != "plan":
            self.changes = Changes(counts["add"], counts["change"], counts["remove"])

    def _on_diagnostic(self, event: dict[str, Any]) -> None:
        said = event["diagnostic"]
        if said["severity"] == "error":
            where = f"{said['address']}: " if said.get("address") else ""
            self.errors.append(f"{where}{said['summary']}\n{said['detail']}".strip())
        elif said["summary"] == CHECK_FAILED and said["detail"] not in self.remarks:
            self.remarks.append(said["detail"])

    def _report(self, what: str) -> None:
        self.on_progress(f"{self.done} of {self.total}: {what}")


def failed(command: str, output: list[str], errors: list[str] | None = None) -> LabError:
    """The error to raise for a run that failed: what Terraform said, shortened."""
    found = errors or errors_in_text(output)
    shown = "\n".join(_shortened(error) for error in found[:ERRORS_SHOWN])
    more = f"\n... and {len(found) - ERRORS_SHOWN} more" if len(found) > ERRORS_SHOWN else ""
    if any(says_no_space(error) for error in found):
        return preconditions.no_space(
            paths.home_path(), f"terraform {command} failed. {shown}{more}"
        )
    in_the_way = any(sign in error for error in found for sign in IN_THE_WAY)
    return LabError(f"terraform {command} failed. {shown}{more}", RESTART if in_the_way else AGAIN)


def errors_in_text(output: list[str]) -> list[str]:
    """The errors in output for people; without one, its last line that says anything."""
    text = "\n".join(re.sub(r"^[│╷╵ ]+", "", line) for line in output)
    found = re.findall(r"^Error: (.*?)(?=^(?:Error|Warning): |\Z)", text, re.MULTILINE | re.DOTALL)
    last = next((line for line in reversed(output) if line.strip()), "It said nothing.")
    return [error.strip() for error in found] or [last]


def _shortened(error: str) -> str:
    lines = [line for line in error.splitlines() if line.strip()]
    return "\n".join(lines[:LINES_SHOWN])


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _reads(event: dict[str, Any]) -> bool:
    """Whether it is about reading a data source, which changes nothing."""
    about = event.get("hook") or event.get("change") or {}
    return about.get("action") == "read"


def _makes(event: dict[str, Any]) -> bool:
    return bool(event["hook"].get("action") != "delete")


def _doing(event: dict[str, Any]) -> str:
    return DOING.get(str(event["hook"].get("action")), "changing")


def _resource(event: dict[str, Any]) -> str:
    """`function["sweeper"] (aws_lambda_function)` for a long address."""
    address: str = event["hook"]["resource"]["addr"]
    parts = address.removesuffix(".this").replace("module.checkout.", "").replace("module.", "")
    name, dot, kind = parts.rpartition(".")
    return f"{name} ({kind})" if dot else parts
