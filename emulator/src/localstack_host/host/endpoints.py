"""The address that the emulator listens on."""

from __future__ import annotations

import os
import re
import socket

from localstack_host.host.errors import HostError
from localstack_host.host.wrapper import variable

PORT_VARIABLE = variable("PORT")
DEFAULT_PORT = 4566
LOOPBACK = "127.0.0.1"


def requested_port() -> int | None:
    """The port that PORT_VARIABLE sets; None if it is not set. Raises HostError (code 2)."""
    text = os.environ.get(PORT_VARIABLE, "").strip()
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65535:
        return int(text)
    raise HostError(
        f"{PORT_VARIABLE} is {text!r}, which is no port.",
        f"It is a number from 1 to 65535, such as {PORT_VARIABLE}=4666.",
        code=2,
    )


def of_port(port: int) -> str:
    """The URL of an emulator that listens on a port of the loopback address."""
    return f"http://{_name_of_loopback()}:{port}"


def _name_of_loopback() -> str:
    """`localhost`, unless that resolves to another address: some systems have only ::1 for it."""
    try:
        resolved = socket.getaddrinfo("localhost", None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return LOOPBACK
    return "localhost" if any(address[4][0] == LOOPBACK for address in resolved) else LOOPBACK
