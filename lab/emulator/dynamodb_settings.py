"""What AWS's DynamoDB does under load, switched on and off in the emulator.

Reads that are stale, throttling, conflicts of transactions: the emulator does none of it until it
is asked to. `emulator/src/embedded_dynamodb/README.md` has the settings, each with AWS's rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target

PATH = "/_host/dynamodb"

Settings = dict[str, Any]


def read(target: Target) -> Settings:
    """Returns the settings by name. Raises LabError if the emulator has none."""
    return _request(target, "GET")


def change(target: Target, changes: Settings) -> Settings:
    """Changes some settings and returns all. Raises LabError if one of them is wrong."""
    return _request(target, "PUT", changes)


def reset(target: Target) -> Settings:
    """Resets all settings and returns them."""
    return _request(target, "DELETE")


def parsed(assignments: Iterable[str]) -> Settings:
    """Returns the settings that `NAME=VALUE` texts name; a value is a number, true or false.

    Raises LabError (code 2) for a text of another form.
    """
    return dict(_parsed(text) for text in assignments)


def _parsed(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name.strip().replace("-", "_"), json.loads(value)
    except (ValueError, RecursionError):
        raise LabError(
            f"{text!r} is no setting.",
            "Write NAME=VALUE, with a number, true or false: stale_read_seconds=0.5",
            code=2,
        ) from None


def _request(target: Target, method: str, content: Settings | None = None) -> Settings:
    with clients.http(target.endpoint or "", timeout=10) as emulator:
        response = emulator.request(method, PATH, json=content)
    if response.is_success:
        settings: Settings = response.json()
        return settings
    if response.status_code == 400:
        raise LabError(response.json()["message"], "`lab dynamodb` lists the settings.", code=2)
    raise LabError(
        f"The emulator at {target.endpoint} has no settings for DynamoDB.",
        "Use the lab's emulator: `lab up`.",
    )
