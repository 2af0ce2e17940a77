"""Makes all patches of the package, and prints what was replaced, with a hash of what it was.

A program of its own: nothing that it replaces is replaced for the tests.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import json
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from pkgutil import resolve_name, walk_packages
from typing import Any

from localstack.utils.patch import Patch

import localstack_host
from localstack_host.localstack_api import Replacement

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.unit.foreign_names import FOREIGN, assigned

NAME = "patches"
MACHINERY = (__name__, Patch.__module__, Replacement.__module__)


def main() -> None:
    """Writes a JSON object."""
    ours: list[Patch] = []
    for kind in (Patch, Replacement):
        _note(kind, ours)
    names = [found.name for found in walk_packages(localstack_host.__path__, "localstack_host.")]
    found: dict[str, str] = {}
    for name in sorted(name for name in names if name.endswith(f".{NAME}")):
        module = importlib.import_module(name)
        found |= _assigned(module)
        for make in _makers(module):
            make()
    for patch in ours:
        found.setdefault(f"{_name(patch.obj)}.{patch.name}", _hash(patch.obj, patch.old))
    json.dump(found, sys.stdout)


def _note(kind: type[Patch], ours: list[Patch]) -> None:
    """Notes those that a module of patches of ours applies: LocalStack makes some itself."""
    apply = kind.apply

    def noted(patch: Patch) -> None:
        if _maker().endswith(f".{NAME}"):
            ours.append(patch)
        apply(patch)

    kind.apply = noted  # type: ignore[method-assign]


def _maker() -> str:
    """The module that makes a patch: LocalStack's own are made when its modules are imported."""
    modules = (str(frame.frame.f_globals.get("__name__")) for frame in inspect.stack(0))
    found = next(module for module in modules if module not in MACHINERY)
    return found if found.startswith("localstack_host.") else ""


def _makers(module: types.ModuleType) -> Iterator[Callable[[], None]]:
    """What a module of patches makes them by."""
    yield from (make for name, make in vars(module).items() if name.startswith("apply_"))


def _assigned(module: types.ModuleType) -> dict[str, str]:
    """What a module replaces by plain assignments."""
    targets = assigned(ast.parse(inspect.getsource(module)))
    return {target: _hash(*_at(target)) for target in targets}


def _at(target: str) -> tuple[Any, Any]:
    owner, _, name = target.rpartition(".")
    found = resolve_name(owner)  # a module, or a class in one
    return found, getattr(found, name)


def _name(owner: Any) -> str:
    if inspect.ismodule(owner):
        return owner.__name__
    if inspect.isclass(owner):
        return f"{owner.__module__}.{owner.__qualname__}"
    return f"{type(owner).__module__}.{type(owner).__qualname__}"


def _hash(owner: Any, original: Any) -> str:
    """Of the source of the original, or of its owner's if it has none that is foreign."""
    for found in (_bare(original), owner, type(owner)):
        if _is_foreign(found):
            return hashlib.sha256(inspect.getsource(found).encode()).hexdigest()[:16]
    raise TypeError(f"There is no source of {original!r} and {owner!r}")


def _bare(original: Any) -> Any:
    """The function in a property, a static method or a cache."""
    original = getattr(original, "fget", None) or getattr(original, "__func__", original)
    return inspect.unwrap(original) if callable(original) else original


def _is_foreign(found: Any) -> bool:
    code = inspect.isfunction(found) or inspect.isclass(found) or inspect.ismodule(found)
    home = found.__name__ if inspect.ismodule(found) else getattr(found, "__module__", "")
    return code and str(home).split(".")[0] in FOREIGN


if __name__ == "__main__":
    main()
