"""Inspects a function's packages, to decide what a zygote may preload."""

from __future__ import annotations

import filecmp
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from localstack_host.services.lambda_.variables import LIBRARIES, SEARCHED
from localstack_host.services.lambda_.zygote.places import WRAPPER
from localstack_host.services.lambda_.zygote.preload import SHIPPED

# Prefixes of variables that the interpreter, preloaded libraries and the dynamic loader read only
# when they start; and those of them that have no effect on what is preloaded.
READ_AT_START = ("PYTHON", "POWERTOOLS_DEBUG", "WRAPT_", "SPHINX_BUILD", "LD_", "GLIBC_TUNABLES")
HARMLESS = {LIBRARIES: SEARCHED[LIBRARIES]}
ON_DEMAND = "on-demand"
# Parts of the names of Python's own extensions, which are imported and not searched for.
EXTENSIONS = (".cpython-", ".abi3.")


def needs_new_interpreter(
    variables: Mapping[str, str], own: Iterable[Path], runtime_folder: Path
) -> bool:
    """Whether the function needs a new interpreter, without preloaded modules.

    This is the case if the folders in `own`, which are searched before AWS's packages, contain
    another version of a preloaded module, or if a variable would be set too late.
    """
    late = (
        WRAPPER in variables
        or any(map(_is_late, variables.items()))
        or variables.get("AWS_LAMBDA_INITIALIZATION_TYPE", ON_DEMAND) != ON_DEMAND
    )
    return late or any(_overrides(folder, runtime_folder) for folder in own)


def _is_late(variable: tuple[str, str]) -> bool:
    name, value = variable
    is_read = name.startswith(READ_AT_START) and name != "PYTHONPATH"
    return is_read and HARMLESS.get(name) != value


@cache
def has_shared_libraries(folder: Path) -> bool:
    """Whether the folder has shared libraries, which the dynamic loader finds by LD_LIBRARY_PATH.

    It reads the variable when a process starts: a function that is forked has that of the zygote.
    """
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return any(
        (name.endswith(".so") or ".so." in name) and not any(part in name for part in EXTENSIONS)
        for name in names
    )


@cache
def ships_libraries(folder: Path) -> bool:
    """Whether the folder contains any of the libraries that a zygote can preload."""
    return not _names(folder).keys().isdisjoint(module.partition(".")[0] for module in SHIPPED)


@cache
def _overrides(folder: Path, runtime_folder: Path) -> bool:
    """Whether the folder contains a different version of a preloaded module.

    An identical copy of a package (such as jmespath, a dependency of Powertools) is no override.
    """
    provided = _names(runtime_folder)
    return any(
        name in sys.stdlib_module_names or (name in provided and not _same(path, provided[name]))
        for name, path in _names(folder).items()
    )


def _names(folder: Path) -> dict[str, Path]:
    """The paths of the modules in a folder, by name."""
    if not folder.is_dir():
        return {}
    return {path.name.partition(".")[0]: path for path in folder.iterdir() if _is_module(path)}


def _is_module(path: Path) -> bool:
    return path.suffix in (".py", ".so") or (path.is_dir() and path.name.isidentifier())


def _same(path: Path, other: Path) -> bool:
    files, others = _sources(path), _sources(other)
    return files.keys() == others.keys() and all(
        filecmp.cmp(files[name], others[name], shallow=False) for name in files
    )


def _sources(path: Path) -> dict[str, Path]:
    if path.is_file():
        return {"": path}
    return {str(file.relative_to(path)): file for file in path.rglob("*.py")}
