"""The names of variables and commands. A tool that starts the emulator for its users can set them.

Such a tool sets the three variables below, so that messages use the names that its users know: with
`LOCALSTACK_HOST_PREFIX=SHOP_` the port is read from `SHOP_PORT`, and errors name that.
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
