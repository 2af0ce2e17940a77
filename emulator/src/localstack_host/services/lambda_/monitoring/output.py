"""The output of a function."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

TRUNCATE_AT_BYTES = 2**20
AT_ONCE = 2**16


class Output:
    """A file to which processes append, and which is read in parts. It is closed with the object.

    It stays open: to open it takes six system calls, for each invocation.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        weakref.finalize(self, os.close, self._file)

    def take(self) -> str:
        """Returns the text since the last call, ending with a line break."""
        new = b""
        while part := os.pread(self._file, AT_ONCE, self._read):
            new += part
            self._read += len(part)
            if len(part) < AT_ONCE:
                break
        if self._read > TRUNCATE_AT_BYTES:
            os.truncate(self._file, 0)
            self._read = 0
        text = new.decode(errors="replace")
        return text if not text or text.endswith("\n") else text + "\n"

    def remove(self) -> None:
        """Deletes the file."""
        self.path.unlink(missing_ok=True)
