"""From a function version to the process that runs it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, HotReloadingCode

from lab.emulator.environment import state_folder
from lab.emulator.lambda_executor.code_store import unpacked
from lab.emulator.lambda_executor.packages import ships_libraries, starts_anew
from lab.emulator.lambda_executor.runtime_folder import runtime_folder
from lab.emulator.lambda_executor.spawning import Spawner
from lab.emulator.lambda_executor.template.launch import Launch
from lab.emulator.lambda_executor.templates import Templates, fork_is_safe
from lab.emulator.lambda_executor.variables import function_variables

_MAKING = threading.Lock()  # `cache` alone lets two threads in at once


def folder(name: str) -> Path:
    """Where the executor keeps files of this kind while the emulator runs."""
    return state_folder().resolve() / "lambda" / name


def spawner() -> Spawner:
    """The one of this emulator. Many functions are created at once; the first one makes it."""
    with _MAKING:
        return _spawner()


@cache
def _spawner() -> Spawner:
    return Spawner(Templates(_runtime_folder()) if fork_is_safe() else None)


def prepare(version: FunctionVersion) -> None:
    """Unpacks and compiles the code. Libraries that it ships are loaded in the background."""
    own = _own_folders(version)
    shipped = () if _changes_in_place(version) else _shipped(own)
    threading.Thread(target=spawner().prepare, args=(shipped,), daemon=True).start()


def launch(
    version: FunctionVersion, given: Mapping[str, object], output: Path, tmp: Path
) -> Launch:
    """What a process of the version is started with; `given` is what LocalStack computed."""
    own, packages = _own_folders(version), _runtime_folder()
    settings, runtime = version.config.environment or {}, str(version.config.runtime)
    variables = function_variables(given, settings, runtime, own, packages)
    search = tuple(variables["PYTHONPATH"].split(":"))
    others = [Path(entry) for entry in search if Path(entry) != packages]
    return Launch(
        handler=str(version.config.handler),
        folder=str(own[0]),
        search=search,
        variables=variables,
        output=str(output),
        tmp=str(tmp),
        tmp_mb=version.config.ephemeral_storage.size,
        visible=(*search, *_homes_of_packages()),
        shipped=_shipped(own),
        anew=_changes_in_place(version) or starts_anew(variables, others, packages),
    )


def _runtime_folder() -> Path:
    return runtime_folder(folder("python"))


def _own_folders(version: FunctionVersion) -> list[Path]:
    """The code's folder, then those of the layers' packages: a later layer covers an earlier."""
    assert version.config.code is not None  # noqa: S101 - only images have none
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layers = [
        unpacked(layer.code, folder("layers")) / "python"
        for layer in reversed(version.config.layers)
        if layer.code
    ]
    inside = [each for layer in layers for each in (layer / f"lib/{python}/site-packages", layer)]
    return [unpacked(version.config.code, folder("code")), *filter(Path.is_dir, inside)]


def _changes_in_place(version: FunctionVersion) -> bool:
    """Whether the code is a folder that somebody works in: what was loaded from it grows old."""
    return isinstance(version.config.code, HotReloadingCode)


def _shipped(own: list[Path]) -> tuple[str, ...]:
    return tuple(map(str, own)) if any(map(ships_libraries, own)) else ()


@cache
def _homes_of_packages() -> tuple[str, ...]:
    """Where the links of the runtime folder point to, and the interpreter itself."""
    targets = {str(link.resolve().parent) for link in _runtime_folder().iterdir()}
    return (*sorted(targets), sys.base_prefix)
