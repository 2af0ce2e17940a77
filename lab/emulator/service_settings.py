"""What a service of AWS does and the emulator does only if it is asked to: switched on and off."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target

Settings = dict[str, Any]


@dataclass(frozen=True)
class ServiceSettings:
    """The settings of one service, by its name in `lab`, on the emulator's page and in texts.

    `example` is one of them, as it is typed.
    """

    name: str
    title: str
    example: str

    def read(self, target: Target) -> Settings:
        """Returns the settings by name. Raises LabError if the emulator has none."""
        return self._request(target, "GET")

    def change(self, target: Target, changes: Settings) -> Settings:
        """Changes some settings and returns all. Raises LabError if one of them is wrong."""
        return self._request(target, "PUT", changes)

    def reset(self, target: Target) -> Settings:
        """Resets all settings and returns them."""
        return self._request(target, "DELETE")

    def parsed(self, assignments: Iterable[str]) -> Settings:
        """Returns the settings that `NAME=VALUE` texts name; a value is a number, true or false.

        Raises LabError (code 2) for a text of another form.
        """
        return dict(_parsed(text, self.example) for text in assignments)

    def _request(self, target: Target, method: str, content: Settings | None = None) -> Settings:
        with clients.http(target.endpoint or "", timeout=10) as emulator:
            response = emulator.request(method, f"/_host/{self.name}", json=content)
        if response.is_success:
            settings: Settings = response.json()
            return settings
        if response.status_code == 400:
            hint = f"`lab {self.name}` lists the settings."
            raise LabError(response.json()["message"], hint, code=2)
        raise LabError(
            f"The emulator at {target.endpoint} has no settings for {self.title}.",
            "Use the lab's emulator: `lab up`.",
        )


def _parsed(text: str, example: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        read = json.loads(value)
        json.dumps(read, allow_nan=False)  # refuses 1e400, which is read as infinite
        return name.strip().replace("-", "_"), read
    except (ValueError, RecursionError):
        raise LabError(
            f"{text!r} is no setting.",
            f"Write NAME=VALUE, with a number, true or false: {example}",
            code=2,
        ) from None
