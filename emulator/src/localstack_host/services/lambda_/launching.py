"""From a function version to the process that runs it."""

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
from localstack_host.services.lambda_.packages import ships_libraries, starts_anew
from localstack_host.services.lambda_.runtime_folder import runtime_folder
from localstack_host.services.lambda_.spawning import Spawner
from localstack_host.services.lambda_.variables import function_variables
from localstack_host.services.lambda_.zygote.confinement import Machine
from localstack_host.services.lambda_.zygote.launch import Launch
from localstack_host.services.lambda_.zygote.places import ON_AWS
from localstack_host.services.lambda_.zygotes import Zygotes, fork_is_safe

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
    machine = _machine()
    return Spawner(machine, Zygotes(machine) if fork_is_safe() else None)


def prepare(version: FunctionVersion) -> None:
    """Unpacks and compiles the code. Libraries that it ships are loaded in the background."""
    shipped = () if _changes_in_place(version) else _shipped(*_folders(version))
    _code_to_run(version)
    threading.Thread(target=spawner().prepare, args=(shipped,), daemon=True).start()


def launch(
    version: FunctionVersion, given: Mapping[str, object], output: Path, tmp: Path
) -> Launch:
    """What a process of the version is started with; `given` is what LocalStack computed."""
    (code, opt), packages = _folders(version), _runtime_folder()
    settings, runtime = version.config.environment or {}, str(version.config.runtime)
    variables = function_variables(given, settings, runtime)
    others = [*_searched(code, opt), *_named(variables.get("PYTHONPATH", ""), code, opt)]
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
        anew=_changes_in_place(version) or starts_anew(variables, others, packages),
    )


def _machine() -> Machine:
    root = folder("root")
    root.mkdir(parents=True, exist_ok=True)
    return Machine(str(root), str(_runtime_folder()), str(paths.home().resolve()))


def _runtime_folder() -> Path:
    return runtime_folder(folder("python"))


def _folders(version: FunctionVersion) -> tuple[Path, Path | None]:
    """The code, and the layers as one folder."""
    assert version.config.code is not None  # noqa: S101 - only images have none
    layers: list[Any] = [layer.code for layer in version.config.layers if layer.code]
    opt = unpacked_layers(layers, folder("layers")) if layers else None
    return unpacked(version.config.code, folder("code")), opt


def _code_to_run(version: FunctionVersion) -> Path:
    """Where functions can write, each has its own."""
    code, _ = _folders(version)
    if _changes_in_place(version) or spawner().confines:
        return code
    return own_copy(code, f"{version.id.account}:{version.id.region}:{version.id.function_name}")


def _searched(code: Path, opt: Path | None) -> list[Path]:
    """What comes before AWS's packages."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layers = [opt / "python" / "lib" / python / "site-packages", opt / "python"] if opt else []
    return [code, *layers]


def _named(search: str, code: Path, opt: Path | None) -> list[Path]:
    """The folders of a search path as a function writes it, where they lie on this machine."""
    places = {ON_AWS.task: str(code), ON_AWS.opt: str(opt or "")}
    found = []
    for entry in filter(None, search.split(":")):
        start = next((place for place in places if entry.startswith(place)), "")
        found.append(Path(places.get(start, "") + entry.removeprefix(start)))
    return found


def _changes_in_place(version: FunctionVersion) -> bool:
    """Whether the code is a folder that somebody works in: what was loaded from it grows old."""
    return isinstance(version.config.code, HotReloadingCode)


def _shipped(code: Path, opt: Path | None) -> tuple[str, ...]:
    ships = any(map(ships_libraries, _searched(code, opt)))
    return (str(code), str(opt or "")) if ships else ()
