"""Where the emulator is: what `AWS_ENDPOINT_URL`, `LAB_PORT` and `lab up` say.

An address is written in one way everywhere, so that two that mean the same are the same.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from urllib.parse import urlsplit

from lab.core.errors import LabError

VARIABLE = "AWS_ENDPOINT_URL"
OURS = "LAB_ENV_ENDPOINT"
"""What `lab env` has set `AWS_ENDPOINT_URL` to; the lab itself goes on following `lab up`."""

PORT_VARIABLE = "LAB_PORT"
DEFAULT_PORT = 4566
LOOPBACK = "127.0.0.1"
AWS = (".amazonaws.com", ".amazonaws.com.cn")
EXAMPLE = f"Set it like {VARIABLE}=http://localhost:{DEFAULT_PORT}, or unset it."


def given() -> str | None:
    """The endpoint that the user wants, if one is set: the lab's own emulator stays out of it.

    Raises LabError (code 2) for what cannot be an emulator's address.
    """
    found = in_place_of_aws()
    if found == os.environ.get(OURS):
        return None
    if found and (urlsplit(found).hostname or "").endswith(AWS):
        raise LabError(
            f"{VARIABLE} is {found}, which is AWS's own.",
            "Without --aws or --profile a command works on an emulator. Unset the variable.",
            2,
        )
    return found


def in_place_of_aws() -> str | None:
    """The endpoint that is set, whether it is an emulator's or one of AWS's own.

    Raises LabError (code 2) for what is no address.
    """
    text = os.environ.get(VARIABLE, "").strip()
    return normal(text) if text else None


def normal(text: str) -> str:
    """An address as the lab writes it: small letters, no slash at the end.

    Raises LabError (code 2) for what is no address.
    """
    scheme, host, port = _parts(text)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}" if port else f"{scheme}://{shown}"


def _parts(text: str) -> tuple[str, str, int | None]:
    try:
        found = urlsplit(text.strip())
        port = found.port
    except ValueError as error:
        raise _no_address(text, str(error)) from None
    if found.scheme not in ("http", "https"):
        raise _no_address(text, "it has to begin with http:// or https://")
    host = (found.hostname or "").rstrip(".")
    if not re.fullmatch(r"[\w.:%-]+", host):
        raise _no_address(text, "it names no host")
    if found.path.strip("/") or found.query or found.fragment or found.username is not None:
        raise _no_address(text, "it has more in it than a host and a port")
    if port == 0:
        raise _no_address(text, "nothing listens on port 0")
    return found.scheme, host, port


def _no_address(text: str, why: str) -> LabError:
    return LabError(f"{VARIABLE} is {text!r}, which is no address: {why}.", EXAMPLE, 2)


def same(one: str | None, other: str | None) -> bool:
    """Whether two addresses, as `normal` writes them, are of the same emulator."""
    if one is None or other is None or one == other:
        return one == other
    here = all(is_loopback(urlsplit(address).hostname or "") for address in (one, other))
    return here and port_of(one) == port_of(other)


def port_of(endpoint: str) -> int:
    """The port of an endpoint, also where it is not written."""
    place = urlsplit(endpoint)
    return place.port or (443 if place.scheme == "https" else 80)


def by_number(endpoint: str) -> str:
    """The endpoint with the number of this machine in place of its name.

    Terraform's S3 backend and boto3 put a bucket's name before the name of a host, and then DNS
    must know it; before a number nothing can be put.
    """
    place = urlsplit(endpoint)
    if place.hostname and is_loopback(place.hostname):
        host = "[::1]" if place.hostname == "::1" else LOOPBACK
        return f"{place.scheme}://{host}:{port_of(endpoint)}"
    return endpoint


def default_port() -> int:
    """The port that `lab up` listens on if it is not told: LAB_PORT, else 4566.

    Raises LabError (code 2) if LAB_PORT is no port.
    """
    return wanted_port() or DEFAULT_PORT


def wanted_port() -> int | None:
    """LAB_PORT, if it is set. Raises LabError (code 2) if it is no port."""
    text = os.environ.get(PORT_VARIABLE, "").strip()
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65535:
        return int(text)
    raise LabError(
        f"{PORT_VARIABLE} is {text!r}, which is no port.",
        f"It is a number from 1 to 65535, such as {PORT_VARIABLE}=4666.",
        2,
    )


def default() -> str:
    """Where an emulator is that nobody has named and `lab up` has not written down."""
    return f"http://localhost:{default_port()}"


def of_port(port: int) -> str:
    """The endpoint of an emulator that listens on a port of this machine's loopback address."""
    return f"http://{_name_of_loopback()}:{port}"


def _name_of_loopback() -> str:
    """`localhost`, unless that means another address here: some only know ::1 by that name."""
    try:
        found = socket.getaddrinfo("localhost", None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return LOOPBACK
    return "localhost" if any(address[4][0] == LOOPBACK for address in found) else LOOPBACK


def is_loopback(host: str) -> bool:
    """Whether a host's name, or its address, is one of this machine's."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith((".localhost", "localhost.localstack.cloud")):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
