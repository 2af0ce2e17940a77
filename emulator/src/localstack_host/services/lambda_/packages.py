"""Where a function finds what it imports, and what a zygote may therefore load beforehand."""

from __future__ import annotations

import filecmp
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from localstack_host.services.lambda_.zygote.preload import SHIPPED

# What the interpreter, and the libraries of a zygote, look at once only: when they start.
READ_AT_START = ("PYTHON", "POWERTOOLS_DEBUG", "WRAPT_", "SPHINX_BUILD")
ON_DEMAND = "on-demand"


def starts_anew(variables: Mapping[str, str], own: Iterable[Path], runtime_folder: Path) -> bool:
    """Whether the function needs an interpreter that has loaded nothing.

    So it is when `own`, the folders that come before AWS's packages, hold another version of
    something that a zygote has loaded, or when a variable would come too late.
    """
    late = (
        any(name.startswith(READ_AT_START) and name != "PYTHONPATH" for name in variables)
        or variables.get("AWS_LAMBDA_INITIALIZATION_TYPE", ON_DEMAND) != ON_DEMAND
    )
    return late or any(_overrides(folder, runtime_folder) for folder in own)


@cache
def ships_libraries(folder: Path) -> bool:
    """Whether the folder holds any of the libraries that a zygote can load."""
    return not _names(folder).keys().isdisjoint(module.partition(".")[0] for module in SHIPPED)


@cache
def _overrides(folder: Path, runtime_folder: Path) -> bool:
    """Whether an import finds something else here than a zygote has loaded.

    The same package once more (such as jmespath, which Powertools brings along) is no override.
    """
    provided = _names(runtime_folder)
    return any(
        name in sys.stdlib_module_names or (name in provided and not _same(path, provided[name]))
        for name, path in _names(folder).items()
    )


def _names(folder: Path) -> dict[str, Path]:
    """What can be imported from a folder, by its name."""
    if not folder.is_dir():
        return {}
    return {path.name.partition(".")[0]: path for path in folder.iterdir() if _is_module(path)}


def _is_module(path: Path) -> bool:
    return path.suffix in (".py", ".so") or (path.is_dir() and path.name.isidentifier())


def _same(one: Path, other: Path) -> bool:
    files, others = _sources(one), _sources(other)
    return files.keys() == others.keys() and all(
        filecmp.cmp(files[name], others[name], shallow=False) for name in files
    )


def _sources(path: Path) -> dict[str, Path]:
    if path.is_file():
        return {"": path}
    return {str(file.relative_to(path)): file for file in path.rglob("*.py")}
