"""The one zip with the code of all functions and the libraries that they import.

`python -m lab.deploy.package` builds it and prints its path.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lab.core import paths
from lab.core.errors import LabError

REQUIREMENTS = ("aws-lambda-powertools[tracer,validation]", "pyjwt")
"""What `functions/` imports besides boto3. The versions are those of `uv.lock`."""

PROVIDED = frozenset({"boto3", "botocore", "s3transfer", "python-dateutil", "urllib3", "six"})
"""What every Python runtime of Lambda brings along."""

SUFFIXES = frozenset({".py", ".json", ".txt", ".html"})
"""What is code or data of a package. No binaries: the zip runs on every processor."""

SKIPPED_FOLDERS = frozenset({"__pycache__", "tests", "bin"})

# The earliest time a zip can hold, and rw-r--r--: nothing of the machine that built it.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
PERMISSIONS = 0o100644 << 16


def build(libraries: dict[str, Path] | None = None, functions: Path | None = None) -> Path:
    """Writes `build/functions.zip` in the lab's home and gives its path.

    `libraries` is what `library_files` gave, if somebody has asked already; `functions` is a folder
    to take in place of the checkout's own.
    The same sources give the same bytes on every machine. An unchanged zip is not touched.
    Raises LabError when a library is missing from the Python that runs this.
    """
    target = built()
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    sources = source_files(functions or paths.FUNCTIONS)
    write_zip(fresh, {**(libraries or library_files()), **sources})
    if target.exists() and target.read_bytes() == fresh.read_bytes():
        fresh.unlink()
    else:
        fresh.replace(target)
    return target


def built() -> Path:
    """Where the zip is, once it has been built."""
    return paths.home() / "build" / "functions.zip"


def write_zip(target: Path, files: dict[str, Path]) -> None:
    """Writes the files, by their name in the zip, to `target`.

    They are stored as they are: what compression gives depends on the machine's zlib.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(_entry(name), files[name].read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, TIMESTAMP)
    entry.external_attr = PERMISSIONS
    entry.create_system = 3  # Unix, also when built on Windows
    return entry


def source_files(folder: Path) -> dict[str, Path]:
    """Everything in `folder` that belongs in the zip, by its name there."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {name.as_posix(): folder / name for name in names if _belongs(PurePosixPath(name))}


def is_packed(source: Path) -> bool:
    """Whether a file of `functions/` belongs in the zip, there or deleted a moment ago."""
    return _belongs(PurePosixPath(source.relative_to(paths.FUNCTIONS).as_posix()))


def library_files() -> dict[str, Path]:
    """Every file of every library that belongs in the zip, by its name there."""
    return {
        file.as_posix(): Path(str(library.locate_file(file)))
        for library in libraries(REQUIREMENTS)
        for file in library.files or ()
        if _belongs(file)
    }


def _belongs(name: PurePosixPath) -> bool:
    if ".." in name.parts or SKIPPED_FOLDERS.intersection(name.parts):
        return False
    return name.suffix in SUFFIXES and not name.parts[0].endswith(".dist-info")


def libraries(requirements: Iterable[str]) -> list[Distribution]:
    """The installed distributions that `requirements` need, each once, without the provided."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in PROVIDED:
            found.setdefault(name, _installed(name))
            waiting += [need for need in _needs(requirement) if _new(need, found)]
    return [found[name] for name in sorted(found)]


def _new(requirement: Requirement, found: dict[str, Distribution]) -> bool:
    return bool(requirement.extras) or canonicalize_name(requirement.name) not in found


def _needs(requirement: Requirement) -> Iterator[Requirement]:
    """What an installed distribution needs with the extras that `requirement` asks for."""
    for text in _installed(requirement.name).requires or ():
        need = Requirement(text)
        extras = requirement.extras or {""}
        if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in extras):
            yield need


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise LabError(
            f"The functions need the Python package {name}, and it is not installed.",
            "`make install` puts everything into .venv; run the lab from there.",
        ) from error


if __name__ == "__main__":
    print(build())  # noqa: T201
