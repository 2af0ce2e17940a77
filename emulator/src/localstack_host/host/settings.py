"""The limits on how much the emulator does at a time and how much it stores, and its switches.

`LOCALSTACK_HOST_KEPT_MAILS=100 localstack-host start`. README.md has a table of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from localstack_host.host import linux_features
from localstack_host.host.errors import HostError
from localstack_host.host.wrapper import variable

PROCESSORS = os.cpu_count() or 1


@dataclass(frozen=True)
class Setting:
    """A positive integer that a variable can set."""

    variable: str
    default: int
    what: str

    def value(self, variables: Mapping[str, str] = os.environ) -> int:
        """The number. Raises HostError if the value of the variable is not a positive integer."""
        text = variables.get(self.variable, "").strip()
        if not text:
            return self.default
        if text.isascii() and text.isdecimal() and int(text) > 0:
            return int(text)
        raise HostError(
            f"{self.variable} is {text!r}, which is no whole number above 0.",
            f"It sets {self.what}; the default is {self.default}.",
            code=2,
        )


@dataclass(frozen=True)
class Switch:
    """A variable with a few values; unset, it is as `default` says."""

    variable: str
    values: tuple[str, ...]
    default: str

    def value(self, variables: Mapping[str, str] = os.environ) -> str:
        """The value; empty if it is not set. Raises HostError for any other value."""
        text = variables.get(self.variable, "").strip()
        if text in ("", *self.values):
            return text
        raise HostError(
            f"{self.variable} is {text!r}, which is not {' or '.join(self.values)}.",
            f"Without it, {self.default}.",
            code=2,
        )


WORKFLOWS_AT_A_TIME = Setting(
    variable("WORKFLOWS_AT_A_TIME"),
    max(8, 4 * PROCESSORS),
    "how many executions of workflows work at a time",
)
INVOCATIONS_AT_A_TIME = Setting(
    variable("INVOCATIONS_AT_A_TIME"),
    max(4, 2 * PROCESSORS),
    "how many invocations of a function work at a time",
)
KEPT_EXECUTIONS = Setting(
    variable("KEPT_EXECUTIONS"), 10_000, "how many ended executions are kept, with their histories"
)
KEPT_LOG_EVENTS = Setting(
    variable("KEPT_LOG_EVENTS"), 100_000, "how many log events are kept, of all log groups together"
)
KEPT_MAILS = Setting(variable("KEPT_MAILS"), 20_000, "how many mails are kept")
KEPT_DATA_POINTS = Setting(
    variable("KEPT_DATA_POINTS"), 1_000_000, "how many data points of metrics are kept"
)

LAMBDA_FORK = Switch(variable("LAMBDA_FORK"), ("0", "1"), "functions are forked on Linux")
PORTABLE = Switch(linux_features.SWITCH, ("0", "1"), "features of Linux are used where they are")
FUNCTIONS_BOTOCORE = Switch(
    variable("FUNCTIONS_BOTOCORE"), ("untouched",), "functions make ordinary calls directly"
)
SHORTCUTS = Switch(variable("SHORTCUTS"), ("on", "off"), "requests and calls take shorter ways")
STATE = Switch(variable("STATE"), ("on", "off"), "the state is loaded and saved")

SWITCHES = (LAMBDA_FORK, PORTABLE, FUNCTIONS_BOTOCORE, SHORTCUTS, STATE)
ALL = (
    WORKFLOWS_AT_A_TIME,
    INVOCATIONS_AT_A_TIME,
    KEPT_EXECUTIONS,
    KEPT_LOG_EVENTS,
    KEPT_MAILS,
    KEPT_DATA_POINTS,
)


def variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that are set, for the emulator's environment. Raises HostError if invalid."""
    return {
        setting.variable: str(setting.value(environment))
        for setting in (*ALL, *SWITCHES)
        if environment.get(setting.variable)
    }
