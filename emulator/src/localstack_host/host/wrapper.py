"""The names of variables and commands, which a tool that starts the emulator for its users chooses.

Such a tool sets the three variables below, and every message names what its users know: with
`LOCALSTACK_HOST_PREFIX=SHOP_` the port is read from `SHOP_PORT`, and an error says so.
"""

from __future__ import annotations

import os

PREFIX_VARIABLE = "LOCALSTACK_HOST_PREFIX"
START_VARIABLE = "LOCALSTACK_HOST_START"
STOP_VARIABLE = "LOCALSTACK_HOST_STOP"
ALL = (PREFIX_VARIABLE, START_VARIABLE, STOP_VARIABLE)

PREFIX = os.environ.get(PREFIX_VARIABLE, "LOCALSTACK_HOST_")
START = os.environ.get(START_VARIABLE, "localstack-host start")
STOP = os.environ.get(STOP_VARIABLE, "localstack-host stop")
RESTART = f"{STOP} && {START}"


def variable(name: str) -> str:
    """The name of an environment variable: `LOCALSTACK_HOST_PORT` for `PORT`."""
    return PREFIX + name
