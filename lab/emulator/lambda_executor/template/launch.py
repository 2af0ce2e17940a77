"""How a function's process is started: the words that the emulator and the template share."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

UMASK = 0o022
"""Lambda's. The emulator's own lets nobody else read."""


@dataclass(frozen=True)
class Launch:
    """A function's process.

    `variables` is its whole environment and `search` what it finds by `import` besides the standard
    library. `output` is the file that it prints into. Its own /tmp has `tmp_mb` MB (2^20 bytes),
    and the `visible` folders stay where they are even if that hides the machine's; where none is
    possible, `tmp` is the folder for temporary files. `shipped` are the folders that contain
    libraries which a template may load beforehand. `anew`: on a new interpreter.
    """

    handler: str
    folder: str
    search: tuple[str, ...]
    variables: dict[str, str]
    output: str
    tmp: str
    tmp_mb: int
    visible: tuple[str, ...]
    shipped: tuple[str, ...] = ()
    anew: bool = False


@dataclass(frozen=True)
class Start:
    """Ask for a function's process. The answer: Started."""

    launch: Launch


@dataclass(frozen=True)
class Split:
    """Ask for another template that has loaded libraries from `search` too. Comes with a socket.

    The answer: Started.
    """

    search: tuple[str, ...]


@dataclass(frozen=True)
class Bury:
    """The process that has ended may go: its number may be given to another one. No answer."""

    pid: int


@dataclass(frozen=True)
class Retire:
    """End when the last child has ended. No answer."""


@dataclass(frozen=True)
class Started:
    """A child runs, as the leader of a process group of its own."""

    pid: int


@dataclass(frozen=True)
class Ended:
    """A child has ended; `status` is its exit code, or minus the signal's number."""

    pid: int
    status: int


Message = Start | Split | Bury | Retire | Started | Ended
KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Start, Split, Bury, Retire, Started, Ended)
}
MAX_BYTES = 2**20


def encode(message: Message) -> bytes:
    """The message as one datagram."""
    return json.dumps([type(message).__name__, asdict(message)]).encode()


def decode(datagram: bytes) -> Message:
    """What `encode` was given."""
    kind, fields = json.loads(datagram)
    if "launch" in fields:
        fields["launch"] = Launch(**_tuples(fields["launch"]))
    message: Message = KINDS[kind](**_tuples(fields))
    return message


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
