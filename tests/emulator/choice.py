"""Which emulator the tests run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

AUTO = "auto"
CONTAINER = "container"
HOST = "host"


@dataclass(frozen=True)
class Choice:
    """`way` is `container`, `host` or the URL of an emulator that runs already."""

    way: str
    why: str


def choose(wanted: str, given: str | None, obstacle: Callable[[], str | None]) -> Choice:
    """What `--emulator` asks for, or the best that can be had.

    `given` is AWS_ENDPOINT_URL, and `obstacle` tells why no container can be had, if so. Raises
    ValueError if `wanted` is none of the words and no URL.
    """
    if wanted in (CONTAINER, HOST) or wanted.startswith(("http://", "https://")):
        return Choice(wanted, "as --emulator says")
    if wanted != AUTO:
        raise ValueError(f"--emulator is auto, container, host or a URL, and not {wanted!r}")
    if given:
        return Choice(given, "as AWS_ENDPOINT_URL says")
    if missing := obstacle():
        return Choice(HOST, f"a container cannot be had: {missing}")
    return Choice(CONTAINER, "Docker runs and has the image of this checkout")
