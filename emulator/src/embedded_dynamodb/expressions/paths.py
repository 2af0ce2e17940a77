"""Document paths of one request: whether they overlap, and trees of them."""

from typing import Any

from embedded_dynamodb.expressions.condition_checks import shown_path
from embedded_dynamodb.expressions.nodes import Part, ResolvedPath
from embedded_dynamodb.values import Item, Value

type Tree[Leaf] = dict[Part, "Leaf | Tree[Leaf]"]


def overlap_error(paths: list[ResolvedPath]) -> str | None:
    """The message on two paths of which one is in the other, or that cannot both be there."""
    if len({path[0] for path in paths}) == len(paths):
        return None
    conflict = None
    for at, path in enumerate(paths):
        for earlier in paths[:at]:
            problem = _problem(earlier, path)
            if problem == "overlap":
                return _message(problem, earlier, path)
            if problem and conflict is None:
                conflict = _message(problem, earlier, path)
    return conflict


def _problem(one: ResolvedPath, other: ResolvedPath) -> str | None:
    for part, counterpart in zip(one, other, strict=False):
        if isinstance(part, int) != isinstance(counterpart, int):
            return "conflict"
        if part != counterpart:
            return None
    return "overlap"


def _message(problem: str, one: ResolvedPath, other: ResolvedPath) -> str:
    return (
        f"Two document paths {problem} with each other; must remove or rewrite one of these "
        f"paths; path one: {shown_path(one)}, path two: {shown_path(other)}"
    )


def tree_of[Leaf](leaves: list[tuple[ResolvedPath, Leaf]]) -> "Tree[Leaf]":
    """The leaves by the parts of their paths, which do not overlap."""
    root: dict[Part, Any] = {}
    for path, leaf in leaves:
        branch = root
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
        branch[path[-1]] = leaf
    return root


def projected(item: Item, tree: "Tree[None]") -> Item:
    """What of the item stands at the paths of the tree."""
    found = {}
    for name, branch in tree.items():
        value = item.get(name)  # type: ignore[arg-type]
        kept = None if value is None else _projected_value(value, branch)
        if kept is not None:
            found[name] = kept
    return found  # type: ignore[return-value]


def _projected_value(value: Value, branch: "Tree[None] | None") -> Value | None:
    if branch is None:
        return value
    if isinstance(next(iter(branch)), int):
        members = _projected_elements(value.get("L", ()), branch)
        return {"L": members} if members else None
    members_of_map = projected(value.get("M", {}), branch)
    return {"M": members_of_map} if members_of_map else None


def _projected_elements(elements: list[Value], tree: "Tree[None]") -> list[Value]:
    """The elements at the indexes, in the order of the list."""
    indexes = sorted(index for index in tree if isinstance(index, int) and index < len(elements))
    kept = [_projected_value(elements[index], tree[index]) for index in indexes]
    return [value for value in kept if value is not None]


def at_paths(item: Item, paths: list[ResolvedPath]) -> Item:
    """What of the item stands at the paths: UPDATED_OLD and UPDATED_NEW."""
    return projected(item, tree_of([(path, None) for path in paths]))
