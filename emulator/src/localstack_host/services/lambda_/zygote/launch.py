"""How a function's process is started: the words that the emulator and the zygote share."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

UMASK = 0o022
"""Lambda's. The emulator's own lets nobody else read."""


@dataclass(frozen=True)
class Launch:
    """A function's process.

    `code`, `opt` (its layers, or empty) and `runtime` (AWS's packages) are folders of this machine;
    `variables` is the environment but for what says where these are. `output` is the file that it
    prints into. Its own /tmp has `tmp_mb` MB (2^20 bytes); where it cannot have one, `tmp` is the
    folder for temporary files. `shipped` are the code and the layers that a zygote may load
    libraries from beforehand. `anew`: on a new interpreter.
    """

    handler: str
    code: str
    opt: str
    runtime: str
    variables: dict[str, str]
    output: str
    tmp: str
    tmp_mb: int
    shipped: tuple[str, ...] = ()
    anew: bool = False

    @classmethod
    def of_folders(cls, code: str, opt: str, runtime: str) -> Launch:
        """One that says where a function's files are, and no more."""
        return cls("", code, opt, runtime, {}, os.devnull, "", tmp_mb=1)


@dataclass(frozen=True)
class Start:
    """Ask for a function's process. The answer: Started."""

    launch: Launch


@dataclass(frozen=True)
class Split:
    """Ask for another zygote that has loaded libraries of this function too. With a socket.

    The answer: Started.
    """

    launch: Launch


@dataclass(frozen=True)
class Reap:
    """The process that has ended may go: its number may be given to another one. No answer."""

    pid: int


@dataclass(frozen=True)
class Retire:
    """End when the last child has ended. No answer."""


@dataclass(frozen=True)
class Ready:
    """The first that a zygote says: whether its functions see only what they see in Lambda."""

    confined: bool


@dataclass(frozen=True)
class Started:
    """A child runs, as the leader of a process group of its own."""

    pid: int


@dataclass(frozen=True)
class Ended:
    """A child has ended; `status` is its exit code, or minus the signal's number."""

    pid: int
    status: int


Message = Start | Split | Reap | Retire | Ready | Started | Ended
KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Start, Split, Reap, Retire, Ready, Started, Ended)
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
    message: Message = KINDS[kind](**fields)
    return message


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
