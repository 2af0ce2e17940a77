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
"""The lock of the libraries in the zip, independent of the sources beside them."""

SUFFIXES = frozenset({".py", ".json", ".txt", ".html"})
"""Code and data of packages. No binaries: the zip runs on every processor."""

METADATA = ".dist-info"
LICENCES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS")
"""The prefixes of files that must be distributed with a library."""

SKIPPED_FOLDERS = frozenset({"__pycache__", "tests", "bin"})

# The earliest time a zip can hold, and rw-r--r--: nothing of the machine that built it.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
PERMISSIONS = 0o100644 << 16


def build(libraries: dict[str, Path] | None = None, functions: Path | None = None) -> Path:
    """Writes `build/functions.zip` in the lab's home and returns its path.

    `libraries` is an earlier result of `library_files`; `functions` is a folder to use in place of
    the checkout's own. The build is reproducible: the same sources result in the same bytes. An
    unchanged zip is not written again. Raises what `library_files` raises.
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
    """Returns the path of the zip, built or not."""
    return paths.home() / "build" / "functions.zip"


def write_zip(target: Path, files: dict[str, Path]) -> None:
    """Writes the files, by their name in the zip, to `target`.

    They are not compressed: the result would depend on the machine's zlib.
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
    """Returns the files in `folder` that belong in the zip, by their names there."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {name.as_posix(): folder / name for name in names if _belongs(PurePosixPath(name))}


def is_packed(source: Path) -> bool:
    """Whether a file of `functions/`, existing or just deleted, belongs in the zip."""
    return _belongs(PurePosixPath(source.relative_to(paths.FUNCTIONS).as_posix()))


def library_files() -> dict[str, Path]:
    """Returns the library files for the zip, with their licences, by their names there.

    Raises LabError if the installed libraries are not those of functions/uv.lock.
    """
    files = {"LICENSE": paths.ROOT / "LICENSE"}
    folder = _installed()
    for file in filter(Path.is_file, folder.rglob("*")):
        name = PurePosixPath(file.relative_to(folder).as_posix())
        if _is_licence(name):
            files[_name_of_licence(name)] = file
        elif _belongs(name):
            files[str(name)] = file
    return files


def libraries() -> frozenset[str]:
    """Returns the names of the packages in the zip. Raises what `library_files` raises."""
    files = _installed().glob(f"*{METADATA}")
    return frozenset(canonicalize_name(folder.name.partition("-")[0]) for folder in files)


def _installed() -> Path:
    """Returns the folder that scripts/install-lambda-libraries.sh installs to."""
    folder = Path(sys.prefix) / "lambda"
    files = folder / "uv.lock"
    if not files.exists() or files.read_bytes() != LOCK.read_bytes():
        raise LabError(
            f"The libraries in {folder} are not those of functions/uv.lock.",
            "`make install` installs them; run the lab from .venv.",
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
