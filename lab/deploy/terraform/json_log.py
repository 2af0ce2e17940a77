"""Parses Terraform's output: progress and errors from `-json`, errors from text."""

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

VERBS = {"create": "creating", "delete": "destroying", "read": "reading"}
# Lambda says "Function already exist".
IN_THE_WAY = ("already exist", "AlreadyExists", "AlreadyOwnedByYou", "ResourceInUse")
AGAIN = "Fix the cause and run the command again: Terraform continues where it stopped."
RESTART = (
    "A resource exists that is not in Terraform's state, maybe from a run that was killed. "
    "`lab down` and `lab up --fresh` empty the emulator; then deploy again."
)

CHECK_FAILED = "Check block assertion failed"
"""The summary of a failed `check` block, which appears in the plan and again in the apply."""


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

    def handle_line(self, line: str) -> None:
        """Handles one line; a line that is not an event is ignored."""
        event = _event(line)
        handler = getattr(self, f"_on_{event.get('type')}", None)
        if handler and not _reads(event):
            handler(event)

    def _on_refresh_start(self, event: dict[str, Any]) -> None:
        self.on_progress(f"refreshing {_resource(event)}")

    def _on_planned_change(self, event: dict[str, Any]) -> None:
        self.total += 2 if event["change"]["action"] == "replace" else 1

    def _on_apply_start(self, event: dict[str, Any]) -> None:
        self._report(f"{_verb(event)} {_resource(event)}")

    def _on_apply_progress(self, event: dict[str, Any]) -> None:
        seconds = event["hook"]["elapsed_seconds"]
        self._report(f"still {_verb(event)} {_resource(event)} ({seconds} s)")

    def _on_apply_complete(self, event: dict[str, Any]) -> None:
        self.done += 1
        self._report(
            f"{_resource(event)} is ready" if _creates(event) else f"{_resource(event)} is gone"
        )

    def _on_change_summary(self, event: dict[str, Any]) -> None:
        counts = event["changes"]
        if counts["operation"] != "plan":
            self.changes = Changes(counts["add"], counts["change"], counts["remove"])

    def _on_diagnostic(self, event: dict[str, Any]) -> None:
        diagnostic = event["diagnostic"]
        if diagnostic["severity"] == "error":
            where = f"{diagnostic['address']}: " if diagnostic.get("address") else ""
            self.errors.append(f"{where}{diagnostic['summary']}\n{diagnostic['detail']}".strip())
        elif diagnostic["summary"] == CHECK_FAILED and diagnostic["detail"] not in self.remarks:
            self.remarks.append(diagnostic["detail"])

    def _report(self, step: str) -> None:
        self.on_progress(f"{self.done} of {self.total}: {step}")


def failed(command: str, output: list[str], errors: list[str] | None = None) -> LabError:
    """Returns the error for a run that failed, with Terraform's own message, shortened."""
    messages = errors or errors_in_text(output)
    shown = "\n".join(_shortened(error) for error in messages[:ERRORS_SHOWN])
    more = f"\n... and {len(messages) - ERRORS_SHOWN} more" if len(messages) > ERRORS_SHOWN else ""
    if any(says_no_space(error) for error in messages):
        return preconditions.no_space(
            paths.home_path(), f"terraform {command} failed. {shown}{more}"
        )
    in_the_way = any(sign in error for error in messages for sign in IN_THE_WAY)
    return LabError(f"terraform {command} failed. {shown}{more}", RESTART if in_the_way else AGAIN)


def errors_in_text(output: list[str]) -> list[str]:
    """Returns the errors in text output, or else its last line that is not empty, in words."""
    text = "\n".join(re.sub(r"^[│╷╵ ]+", "", line) for line in output)
    messages = re.findall(
        r"^Error: (.*?)(?=^(?:Error|Warning): |\Z)", text, re.MULTILINE | re.DOTALL
    )
    last = next((line for line in reversed(output) if line.strip()), "It printed nothing.")
    return [error.strip() for error in messages] or [str(_event(last).get("@message", last))]


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
    """Whether the event is about a data source, which changes nothing."""
    subject = event.get("hook") or event.get("change") or {}
    return subject.get("action") == "read"


def _creates(event: dict[str, Any]) -> bool:
    return bool(event["hook"].get("action") != "delete")


def _verb(event: dict[str, Any]) -> str:
    return VERBS.get(str(event["hook"].get("action")), "changing")


def _resource(event: dict[str, Any]) -> str:
    """Returns `function["sweeper"] (aws_lambda_function)` for a long address."""
    address: str = event["hook"]["resource"]["addr"]
    parts = address.removesuffix(".this").replace("module.checkout.", "").replace("module.", "")
    name, dot, kind = parts.rpartition(".")
    return f"{name} ({kind})" if dot else parts
