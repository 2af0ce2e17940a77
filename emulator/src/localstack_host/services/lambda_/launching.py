"""Collects what a process needs to run a function version."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, HotReloadingCode

from localstack_host.host import paths
from localstack_host.host.environment import state_folder
from localstack_host.services.lambda_.code_store import own_copy, unpacked, unpacked_layers
from localstack_host.services.lambda_.packages import (
    has_shared_libraries,
    needs_new_interpreter,
    ships_libraries,
)
from localstack_host.services.lambda_.runtime_folder import runtime_folder
from localstack_host.services.lambda_.spawning import Spawner
from localstack_host.services.lambda_.variables import function_variables
from localstack_host.services.lambda_.zygote.confinement import Machine
from localstack_host.services.lambda_.zygote.launch import Launch
from localstack_host.services.lambda_.zygote.places import ON_AWS
from localstack_host.services.lambda_.zygotes import Zygotes, fork_is_safe

_LOCK = threading.Lock()  # `cache` alone may call the function in two threads at once


def folder(name: str) -> Path:
    """The folder for files of this kind, such as `code`, while the emulator runs."""
    return state_folder().resolve() / "lambda" / name


def spawner() -> Spawner:
    """The spawner of this emulator. Thread-safe, as many functions are created at once."""
    with _LOCK:
        return _spawner()


@cache
def _spawner() -> Spawner:
    machine = _machine()
    return Spawner(machine, Zygotes(machine) if fork_is_safe() else None)


def prepare(version: FunctionVersion) -> None:
    """Unpacks and compiles the code. Its libraries are preloaded in the background."""
    shipped = () if _changes_in_place(version) else _shipped(*_folders(version))
    _code_to_run(version)
    threading.Thread(target=spawner().prepare, args=(shipped,), daemon=True).start()


def launch(
    version: FunctionVersion, computed: Mapping[str, object], output: Path, tmp: Path
) -> Launch:
    """The parameters of a process of the version; `computed` are LocalStack's variables."""
    (code, opt), packages = _folders(version), _runtime_folder()
    settings, runtime = version.config.environment or {}, str(version.config.runtime)
    variables = function_variables(computed, settings, runtime)
    others = [*_search_path(code, opt), *_translated(variables.get("PYTHONPATH", ""), code, opt)]
    return Launch(
        handler=str(version.config.handler),
        code=str(_code_to_run(version)),
        opt=str(opt or ""),
        runtime=str(packages),
        variables=variables,
        output=str(output),
        tmp=str(tmp),
        tmp_mb=version.config.ephemeral_storage.size,
        shipped=_shipped(code, opt),
        new_interpreter=_changes_in_place(version)
        or any(map(has_shared_libraries, _library_folders(code, opt)))
        or needs_new_interpreter(variables, others, packages),
    )


def _machine() -> Machine:
    root = folder("root")
    root.mkdir(parents=True, exist_ok=True)
    return Machine(str(root), str(_runtime_folder()), str(paths.home().resolve()))


def _runtime_folder() -> Path:
    return runtime_folder(folder("python"))


def _folders(version: FunctionVersion) -> tuple[Path, Path | None]:
    """The folder of the code, and the folder of the merged layers."""
    assert version.config.code is not None  # noqa: S101 - only images have none
    layers: list[Any] = [layer.code for layer in version.config.layers if layer.code]
    opt = unpacked_layers(layers, folder("layers")) if layers else None
    return unpacked(version.config.code, folder("code")), opt


def _code_to_run(version: FunctionVersion) -> Path:
    """The folder of the code; a copy for this function if functions could write into it."""
    code, _ = _folders(version)
    if _changes_in_place(version) or spawner().confines:
        return code
    return own_copy(code, f"{version.id.account}:{version.id.region}:{version.id.function_name}")


def _search_path(code: Path, opt: Path | None) -> list[Path]:
    """The folders that are searched before AWS's packages."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layers = [opt / "python" / "lib" / python / "site-packages", opt / "python"] if opt else []
    return [code, *layers]


def _library_folders(code: Path, opt: Path | None) -> list[Path]:
    """The folders of the package and the layers that LD_LIBRARY_PATH has."""
    return [code, code / "lib", *([opt / "lib"] if opt else [])]


def _translated(search: str, code: Path, opt: Path | None) -> list[Path]:
    """Translates the folders of a function's search path to those of this machine."""
    places = {ON_AWS.task: str(code), ON_AWS.opt: str(opt or "")}
    folders = []
    for entry in filter(None, search.split(":")):
        start = next((place for place in places if entry.startswith(place)), "")
        folders.append(Path(places.get(start, "") + entry.removeprefix(start)))
    return folders


def _changes_in_place(version: FunctionVersion) -> bool:
    """Whether the code is edited in place (hot reloading), so that preloading is not possible."""
    return isinstance(version.config.code, HotReloadingCode)


def _shipped(code: Path, opt: Path | None) -> tuple[str, ...]:
    ships = any(map(ships_libraries, _search_path(code, opt)))
    return (str(code), str(opt or "")) if ships else ()
