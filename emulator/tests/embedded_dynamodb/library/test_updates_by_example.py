"""Updates and projections against a plain interpreter, on generated items."""

from copy import deepcopy
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions import projection, update
from embedded_dynamodb.expressions.changes import INVALID_PATH


class InvalidPathError(Exception):
    """The update does not fit the item."""


class Gone:
    """What an element becomes that is removed."""


def plain_update(item: dict[str, Any], actions: list[tuple[list[Any], Any]]) -> dict[str, Any]:
    """The item with a value put at each path, or nothing (None)."""
    new = deepcopy(item)
    appended: dict[int, tuple[list[Any], list[tuple[int, Any]]]] = {}
    for path, value in actions:
        parent = _container(new, path)
        _put(parent, path[-1], value, appended)
    for members, additions in appended.values():
        members += [value for _, value in sorted(additions, key=lambda each: each[0])]
    return {name: _without_gone(value) for name, value in new.items()}


def _container(new: dict[str, Any], path: list[Any]) -> Any:
    container: Any = new
    for part, following in pairwise(path):
        if isinstance(part, int) and part >= len(container):
            raise InvalidPathError
        value = container[part] if isinstance(part, int) else container.get(part)
        wanted = "L" if isinstance(following, int) else "M"
        if value is None or wanted not in value:
            raise InvalidPathError
        container = value[wanted]
    return container


def _put(parent: Any, part: Any, value: Any, appended: dict[int, Any]) -> None:
    if isinstance(part, str):
        if value is None:
            parent.pop(part, None)
        else:
            parent[part] = value
    elif part < len(parent):
        parent[part] = Gone if value is None else value
    elif value is not None:
        appended.setdefault(id(parent), (parent, []))[1].append((part, value))


def _without_gone(value: Any) -> Any:
    ((kind, content),) = value.items()
    if kind == "L":
        return {"L": [_without_gone(member) for member in content if member is not Gone]}
    if kind == "M":
        return {"M": {name: _without_gone(member) for name, member in content.items()}}
    return value


NAMES = ["a", "b", "c"]
VALUES = st.recursive(
    st.one_of(
        st.sampled_from(["x", "y"]).map(lambda text: {"S": text}),
        st.sampled_from(["0", "1"]).map(lambda number: {"N": number}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=3).map(lambda m: {"M": m}),
    ),
    max_leaves=8,
)
ITEMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)
PARTS = st.one_of(st.sampled_from(NAMES), st.integers(0, 3))
PATHS = st.builds(
    lambda first, rest: [first, *rest], st.sampled_from(NAMES), st.lists(PARTS, max_size=2)
)


def path_text(path: list[Any]) -> str:
    """The path as an expression has it."""
    return path[0] + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in path[1:]
    )


def at(item: Any, path: list[Any]) -> Any:
    """What stands at the path, or None."""
    found: Any = {"M": item}
    for part in path:
        members = found.get("L" if isinstance(part, int) else "M")
        if members is None or (isinstance(part, int) and part >= len(members)):
            return None
        found = members[part] if isinstance(part, int) else members.get(part)
        if found is None:
            return None
    return found


def overlap(one: list[Any], other: list[Any]) -> bool:
    for part, counterpart in zip(one, other, strict=False):
        if isinstance(part, int) != isinstance(counterpart, int):
            return True
        if part != counterpart:
            return False
    return True


@st.composite
def path_lists(draw: st.DrawFn) -> list[list[Any]]:
    chosen: list[list[Any]] = []
    for path in draw(st.lists(PATHS, min_size=1, max_size=4)):
        if not any(overlap(path, other) for other in chosen):
            chosen.append(path)
    return chosen


@given(path_lists(), st.lists(st.one_of(st.none(), VALUES), min_size=4, max_size=4), ITEMS)
def test_an_update_makes_what_the_plain_interpreter_makes(
    chosen: list[list[Any]], new: list[Any], item: Any
) -> None:
    actions = list(zip(chosen, new, strict=False))
    assigned = [(path, value) for path, value in actions if value is not None]
    texts = [f"{path_text(path)} = :v{at}" for at, (path, _) in enumerate(assigned)]
    removed = [path_text(path) for path, value in actions if value is None]
    text = " ".join(
        [
            *(["SET " + ", ".join(texts)] if texts else []),
            *(["REMOVE " + ", ".join(removed)] if removed else []),
        ]
    )
    values = {f":v{at}": value for at, (_, value) in enumerate(assigned)}
    before = repr(item)
    try:
        result: Any = update(text).apply(item, {}, values)
    except ValidationException as refused:
        result = refused.message
    try:
        wanted: Any = plain_update(item, actions)
    except InvalidPathError:
        wanted = INVALID_PATH
    assert result == wanted
    assert repr(item) == before


@given(path_lists(), ITEMS)
def test_a_projection_shows_what_stands_at_each_of_its_paths_and_nothing_else(
    chosen: list[list[Any]], item: Any
) -> None:
    shown = projection(", ".join(path_text(path) for path in chosen)).apply(item, {})
    found = [path for path in chosen if at(item, path) is not None]
    # Elements of lists close up, so only paths of names are at the same place.
    for path in found:
        if not any(isinstance(part, int) for part in path):
            assert at(shown, path) == at(item, path)
    assert bool(shown) == bool(found)
    total = sum(map(leaves, shown.values()))
    assert total == sum(leaves(at(item, path)) for path in found)


def leaves(value: Any) -> int:
    """How many values are in it, empty documents included."""
    ((kind, content),) = value.items()
    members = content.values() if kind == "M" else content
    return sum(map(leaves, members)) if kind in ("L", "M") and members else 1
