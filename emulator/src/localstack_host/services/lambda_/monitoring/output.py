"""The output of a function."""

from __future__ import annotations

from pathlib import Path

TRUNCATE_AT_BYTES = 2**20


class Output:
    """A file to which processes append, and which is read in parts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def take(self) -> str:
        """Returns the text since the last call, ending with a line break."""
        with self.path.open("rb+") as file:
            file.seek(self._read)
            new = file.read()
            self._read += len(new)
            if self._read > TRUNCATE_AT_BYTES:
                file.truncate(0)
                self._read = 0
        text = new.decode(errors="replace")
        return text if not text or text.endswith("\n") else text + "\n"

    def remove(self) -> None:
        """Deletes the file."""
        self.path.unlink(missing_ok=True)
