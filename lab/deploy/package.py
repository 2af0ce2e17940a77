"""The one zip with the code of all functions and the libraries that they import.

`python -m lab.deploy.package` builds it and prints its path.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from lab.core import paths
from lab.core.errors import LabError

LOCK = paths.FUNCTIONS / "uv.lock"
"""The libraries in the zip, with their versions, whatever sources come beside them."""

SUFFIXES = frozenset({".py", ".json", ".txt", ".html"})
"""What is code or data of a package. No binaries: the zip runs on every processor."""

METADATA = ".dist-info"
LICENCES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS")
"""How the names of files begin that have to go with a library."""

SKIPPED_FOLDERS = frozenset({"__pycache__", "tests", "bin"})

# The earliest time a zip can hold, and rw-r--r--: nothing of the machine that built it.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
PERMISSIONS = 0o100644 << 16


def build(libraries: dict[str, Path] | None = None, functions: Path | None = None) -> Path:
    """Writes `build/functions.zip` in the lab's home and gives its path.

    `libraries` is what `library_files` gave, if somebody has asked already; `functions` is a folder
    to take in place of the checkout's own.
    The same sources give the same bytes on every machine. An unchanged zip is not touched.
    Raises what `library_files` raises.
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
    """The files of all libraries that belong in the zip, with their licences, by their names there.

    Raises LabError if what `make install` put into the environment is not of functions/uv.lock.
    """
    found = {"LICENSE": paths.ROOT / "LICENSE"}
    folder = _installed()
    for file in filter(Path.is_file, folder.rglob("*")):
        name = PurePosixPath(file.relative_to(folder).as_posix())
        if _is_licence(name):
            found[_name_of_licence(name)] = file
        elif _belongs(name):
            found[str(name)] = file
    return found


def libraries() -> frozenset[str]:
    """The names of the packages in the zip. Raises what `library_files` raises."""
    found = _installed().glob(f"*{METADATA}")
    return frozenset(canonicalize_name(folder.name.partition("-")[0]) for folder in found)


def _installed() -> Path:
    """Where scripts/install-lambda-libraries.sh has put the libraries."""
    folder = Path(sys.prefix) / "lambda"
    found = folder / "uv.lock"
    if not found.exists() or found.read_bytes() != LOCK.read_bytes():
        raise LabError(
            f"What is in {folder} are not the libraries of functions/uv.lock.",
            "`make install` puts them there; run the lab from .venv.",
        )
    return folder / "python"


def _belongs(name: PurePosixPath) -> bool:
    skipped = SKIPPED_FOLDERS.intersection(name.parts) or name.parts[0].endswith(METADATA)
    return name.suffix in SUFFIXES and not skipped


def _is_licence(name: PurePosixPath) -> bool:
    return name.parts[0].endswith(METADATA) and name.name.upper().startswith(LICENCES)


def _name_of_licence(name: PurePosixPath) -> str:
    library = name.parts[0].removesuffix(METADATA)
    return f"licenses/{library}/{name.name}"


if __name__ == "__main__":
    print(build())  # noqa: T201
