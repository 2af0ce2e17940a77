"""The parameters of a function's process, and the messages between emulator and zygote."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

UMASK = 0o022
"""Lambda's umask. The emulator's own denies all access to others."""


@dataclass(frozen=True)
class Launch:
    """The parameters of a function's process.

    `code`, `opt` (its layers, or empty) and `runtime` (AWS's packages) are folders of this machine.
    `variables` is the environment without the paths of these. `output` is the file for its output.
    Its /tmp has `tmp_mb` MB (2^20 bytes); if it cannot have one, `tmp` is the folder for temporary
    files. `shipped` are the code and the layers from which a zygote may preload libraries. With
    `new_interpreter` no preloaded modules are used.
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
    new_interpreter: bool = False

    @classmethod
    def of_folders(cls, code: str, opt: str, runtime: str) -> Launch:
        """A launch with only the folders of a function."""
        return cls("", code, opt, runtime, {}, os.devnull, "", tmp_mb=1)


@dataclass(frozen=True)
class Start:
    """Requests a function's process. The reply is Started."""

    launch: Launch


@dataclass(frozen=True)
class Split:
    """Requests another zygote that preloads the libraries of this function.

    Sent with a socket for the new zygote. The reply is Started.
    """

    launch: Launch


@dataclass(frozen=True)
class Reap:
    """Requests that an ended process is reaped, so that its ID may be reused. No reply."""

    pid: int


@dataclass(frozen=True)
class Retire:
    """Requests that the zygote ends after its last child. No reply."""


@dataclass(frozen=True)
class Ready:
    """The first message of a zygote: whether its functions are confined."""

    confined: bool


@dataclass(frozen=True)
class Started:
    """A child is running, as the leader of its process group."""

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
    """The message of a datagram from `encode`."""
    kind, fields = json.loads(datagram)
    if "launch" in fields:
        fields["launch"] = Launch(**_tuples(fields["launch"]))
    message: Message = KINDS[kind](**fields)
    return message


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """Converts lists to tuples, which JSON does not have."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
