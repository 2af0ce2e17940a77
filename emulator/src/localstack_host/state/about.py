"""What stands beside a saved state: of which versions it is, and whether it is undamaged."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from localstack_host.host import paths
from localstack_host.state.layout import BLOBS

FORMAT = 1
ABOUT = "about.json"
STATE = "state.pickle"
OWN_PACKAGES = ("localstack_host", "embedded_dynamodb")
BLOCK = 1 << 20
COMPARED = {
    "format": "the format",
    "localstack": "LocalStack",
    "moto": "moto",
    "python": "Python",
    "host": "the emulator's own code",
}


class Unusable(Exception):
    """A saved state that cannot be loaded. The message says why."""


@dataclass(frozen=True)
class About:
    """The contents of `about.json`. `files` has the SHA-256 of each file besides the state."""

    format: int
    saved_at: str
    localstack: str
    moto: str
    python: str
    host: str
    services: tuple[str, ...]
    sha256: str
    size: int
    files: dict[str, str]

    @classmethod
    def of(cls, folder: Path, services: tuple[str, ...]) -> About:
        """Describes the state that was just written in a folder."""
        state = folder / STATE
        return cls(
            **versions(),
            saved_at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            services=services,
            sha256=digest(state),
            size=state.stat().st_size,
            files=_files(folder),
        )

    def write(self, folder: Path) -> None:
        """Writes `about.json` in the folder."""
        (folder / ABOUT).write_text(json.dumps(asdict(self), indent=2) + "\n")

    def as_dict(self) -> dict[str, Any]:
        """The contents, for JSON."""
        return asdict(self)


class OtherVersion(Unusable):
    """A saved state that is undamaged, and of other versions than those that run."""


def read(folder: Path) -> About:
    """Reads `about.json` of a saved state. Raises Unusable if it is missing or damaged."""
    stored = paths.stored_object(folder / ABOUT)
    names = [field.name for field in fields(About)]
    if not stored:
        raise Unusable(f"{folder} has no readable {ABOUT}: it is no saved state, or is damaged")
    if not all(name in stored for name in names):
        raise Unusable(f"{folder / ABOUT} is incomplete")
    if not isinstance(stored["files"], dict):
        raise Unusable(f"{folder / ABOUT} is damaged: its files are {stored['files']!r:.50}")
    chosen = {name: stored[name] for name in names}
    return About(**chosen | {"services": tuple(map(str, stored["services"]))})


def check(folder: Path) -> About:
    """Reads `about.json`, and raises Unusable if the state is damaged or of other versions."""
    about = read(folder)
    require_same_versions(about)
    require_undamaged(folder, about)
    return about


def require_undamaged(folder: Path, about: About) -> None:
    """Raises Unusable if a file of a saved state is missing or has another content."""
    for name, expected in {STATE: about.sha256, **about.files}.items():
        file = folder / name
        try:
            found = digest(file)
        except OSError as error:
            raise Unusable(f"{file} cannot be read: {error.strerror}") from error
        if found != expected:
            raise Unusable(f"{file} is damaged: its checksum is not the one in {ABOUT}")


def _files(folder: Path) -> dict[str, str]:
    """The checksums of all files but the state; of a content it is its name."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return {
        file.relative_to(folder).as_posix(): (
            file.name if file.parent.name == BLOBS else digest(file)
        )
        for file in files
        if file != folder / STATE and file != folder / ABOUT
    }


def require_same_versions(about: About) -> None:
    """Raises OtherVersion if a state was saved by other versions: its objects may have changed."""
    differences = [
        f"{what} is {now!r} and was {then!r}"
        for name, what in COMPARED.items()
        if (now := versions()[name]) != (then := getattr(about, name))
    ]
    if differences:
        raise OtherVersion(f"it was saved by other versions: {'; '.join(differences)}")


@cache
def versions() -> dict[str, Any]:
    """The versions that must be the same for a state to be loaded."""
    return {
        "format": FORMAT,
        "localstack": version("localstack-core"),
        "moto": version("moto-ext"),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "host": _hash_of_sources(),
    }


def _hash_of_sources() -> str:
    """A hash of the emulator's own sources: two megabytes, a few milliseconds."""
    total = hashlib.sha256()
    for package in OWN_PACKAGES:
        for file in sorted((paths.SOURCES / package).rglob("*.py")):
            total.update(file.relative_to(paths.SOURCES).as_posix().encode() + b"\0")
            total.update(file.read_bytes())
    return total.hexdigest()[:16]


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
