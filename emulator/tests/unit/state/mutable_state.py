"""Finds what can hold state in sources: containers that are empty at first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

STORES = {"AccountRegionBundle", "BackendDict"}
WITH_ARGUMENTS = STORES | {"defaultdict", "deque", "count"}
EMPTY = WITH_ARGUMENTS | {
    "Counter",
    "OrderedDict",
    "Queue",
    "SimpleQueue",
    "WeakKeyDictionary",
    "WeakValueDictionary",
    "dict",
    "list",
    "set",
}


def found_in(root: Path, package: str, *, instances: bool) -> Iterator[str]:
    """Yields `module:name` of each variable of a module or a class; of objects with `instances`."""
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        module = ".".join([package, *(part for part in parts if part != "__init__")])
        for name in _in(ast.parse(file.read_text()).body, "", instances):
            yield f"{module}:{name}"


def _in(nodes: list[ast.stmt], scope: str, instances: bool) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield from (f"{scope}{name}" for name in _assigned(node) if "." not in name)
        elif isinstance(node, ast.ClassDef):
            yield from _in(node.body, f"{scope}{node.name}.", instances)
        elif instances and scope and isinstance(node, ast.FunctionDef):
            yield from _in_constructor(node, scope)


def _in_constructor(function: ast.FunctionDef, scope: str) -> Iterator[str]:
    if function.name != "__init__":
        return
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for name in _assigned(node):
                if name.startswith("self."):
                    yield scope + name.removeprefix("self.")


def _assigned(node: ast.Assign | ast.AnnAssign) -> list[str]:
    """The names that get an empty container."""
    if node.value is None or not _is_empty(node.value):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [ast.unparse(one) for one in targets if isinstance(one, ast.Name | ast.Attribute)]


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[]) | ast.List(elts=[]):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
            return name in EMPTY and (not arguments or name in WITH_ARGUMENTS)
    return False


def visited_in(root: Path) -> Iterator[str]:
    """Yields the names of the stores that providers show to a visitor."""
    for file in sorted(root.rglob("provider*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="visit"), args=[ast.Name(id=name)]):
                    yield name
