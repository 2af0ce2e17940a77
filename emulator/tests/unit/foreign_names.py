"""What a module takes from LocalStack and the packages below it, and whether it changes that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, TypeGuard

FOREIGN = ("airspeed", "botocore", "boto3", "cbor2", "localstack", "moto", "rolo", "werkzeug")
# What the whole package builds on, by the module that has it in LocalStack.
BASE = {
    "localstack": {"config"},
    "localstack.aws.api": {
        "CommonServiceException",
        "RequestContext",
        "ServiceException",
        "ServiceRequest",
        "ServiceResponse",
        "handler",
    },
    "localstack.aws.connect": {"connect_to"},
    "localstack.aws.handlers": {
        "run_custom_response_handlers",
        "serve_custom_service_request_handlers",
    },
    "localstack.http": {"Response"},
    "localstack.runtime": {"hooks"},
    "localstack.services.edge": {"ROUTER"},
    "localstack.services.plugins": {"Service", "aws_provider"},
    "localstack.utils.patch": {"Patch", "patch"},
}


def of_the_base(tree: ast.AST) -> list[str]:
    """The names that an exchange of LocalStack would touch."""
    return [
        f"{module}.{name}"
        for module, name in _imports(tree)
        if name in BASE.get(module, ()) or f"{module}.{name}" in BASE
    ]


def imported_from(tree: ast.AST, module: str) -> set[str]:
    """The names that come from `module`."""
    return {name for origin, name in _imports(tree) if origin == module}


def assigned(tree: ast.AST) -> list[str]:
    """The attributes of something foreign that are assigned, deleted, or set by `setattr`."""
    known = dict(_origins(tree))
    for node in ast.walk(tree):  # other names for the same, in the order of the text
        for name, value in _renamed(node):
            if origin := _origin(value, known):
                known[name] = origin
    return [found for node in ast.walk(tree) for found in _changed(node, known)]


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name.rpartition(".")[::2] for alias in node.names)


def _origins(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in FOREIGN:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in FOREIGN:
                    yield (alias.asname, alias.name) if alias.asname else _root(alias.name)


def _root(module: str) -> tuple[str, str]:
    return module.split(".", maxsplit=1)[0], module.split(".", maxsplit=1)[0]


def _renamed(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value
    elif isinstance(node, ast.Assign):
        yield from ((to.id, node.value) for to in node.targets if isinstance(to, ast.Name))
    elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
        yield node.target.id, node.iter


def _origin(value: ast.expr, known: dict[str, str]) -> str | None:
    """Where a value comes from: `a.B` from a's origin, `vars(a)[…]` and `(a, b)` from a's."""
    if isinstance(value, ast.Name):
        return known.get(value.id)
    if isinstance(value, ast.Attribute):
        origin = _origin(value.value, known)
        return origin and f"{origin}.{value.attr}"
    if isinstance(value, ast.Subscript):
        return _origin(value.value, known)
    if isinstance(value, ast.Tuple | ast.List) and value.elts:
        return _origin(value.elts[0], known)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return _origin(value.args[0], known) if value.func.id in ("vars", "getattr") else None
    return None


def _changed(node: ast.AST, known: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        if origin := _origin(node.value, known):
            yield f"{origin}.{node.attr}"
    elif _sets_an_attribute(node) and (origin := _origin(node.args[0], known)):
        yield f"{origin}.{getattr(node.args[1], 'value', '?')}"


def _sets_an_attribute(node: Any) -> TypeGuard[ast.Call]:
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return named and node.func.id in ("setattr", "delattr")
