"""What the actions of an update make of an item.

All values are read before anything is written. Indexes of lists are those before the update:
elements are replaced first, then removed, and those beyond the end are appended in the order of
their indexes.
"""

from collections.abc import Callable
from typing import Any

from embedded_dynamodb import numbers
from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.evaluation import fetch
from embedded_dynamodb.expressions.nodes import (
    Action,
    Arithmetic,
    Function,
    Names,
    Operand,
    Path,
    ResolvedPath,
    Values,
)
from embedded_dynamodb.expressions.paths import tree_of
from embedded_dynamodb.values import MAX_NESTING, TOO_DEEP, Item, Value, depth_of

MISSING = "The provided expression refers to an attribute that does not exist in the item"
INVALID_PATH = "The document path provided in the update expression is invalid for update"
INCORRECT_TYPE = "An operand in the update expression has an incorrect data type"

type Change = Callable[[Value | None], Value | None]
type MakeChange = Callable[[Item, Names, Values], Change]
type Read = Callable[[Item, Names, Values], Value]


class Removal:
    """The change of REMOVE, which is the only one that a missing item does not refuse."""

    def __call__(self, _old: Value | None) -> None:
        """Leaves nothing."""


REMOVAL = Removal()


def change_of(action: Action, mismatch: str) -> MakeChange:
    """Compiles an action: what it writes depends on the item as it was."""
    if action.value is None:
        return lambda _item, _names, _values: REMOVAL
    read = reader(action.value)
    if action.section == "SET":
        return _setting(read)
    combine = _added if action.section == "ADD" else _deleted

    def make(item: Item, names: Names, values: Values) -> Change:
        operand = read(item, names, values)
        return lambda old: combine(old, operand, mismatch)

    return make


def _setting(read: Read) -> MakeChange:
    def make(item: Item, names: Names, values: Values) -> Change:
        new = read(item, names, values)
        return lambda _old: new

    return make


def reader(node: Operand | Arithmetic) -> Read:
    """A function that gives the value that is assigned, or raises."""
    if isinstance(node, Arithmetic):
        return _arithmetic(node)
    if isinstance(node, Function):
        return _if_not_exists(node) if node.name == "if_not_exists" else _list_append(node)
    found = fetch(node)
    if not isinstance(node, Path):
        return found  # type: ignore[return-value]

    def read(item: Item, names: Names, values: Values) -> Value:
        value = found(item, names, values)
        if value is None:
            raise ValidationException(MISSING)
        return value

    return read


def _arithmetic(node: Arithmetic) -> Read:
    left, right = reader(node.left), reader(node.right)
    calculate = numbers.add if node.operator == "+" else numbers.subtract

    def read(item: Item, names: Names, values: Values) -> Value:
        one, other = left(item, names, values), right(item, names, values)
        if "N" not in one or "N" not in other:
            raise ValidationException(INCORRECT_TYPE)
        return {"N": calculate(one["N"], other["N"])}

    return read


def _if_not_exists(call: Function) -> Read:
    if len(call.arguments) != 2:
        return _unreachable
    existing, default = fetch_or_none(call.arguments[0]), reader(call.arguments[1])

    def read(item: Item, names: Names, values: Values) -> Value:
        value = existing(item, names, values)
        return default(item, names, values) if value is None else value

    return read


def fetch_or_none(operand: Operand) -> Callable[[Item, Names, Values], Value | None]:
    """Reads a path; the checks refuse any other operand."""
    return fetch(operand) if isinstance(operand, Path) else _unreachable


def _list_append(call: Function) -> Read:
    if len(call.arguments) != 2:
        return _unreachable
    left, right = map(reader, call.arguments)

    def read(item: Item, names: Names, values: Values) -> Value:
        one, other = left(item, names, values), right(item, names, values)
        if "L" not in one or "L" not in other:
            raise ValidationException(INCORRECT_TYPE)
        return {"L": [*one["L"], *other["L"]]}

    return read


def _unreachable(_item: Item, _names: Names, _values: Values) -> Value:
    raise AssertionError("The checks of an update refuse this operand.")


def _added(old: Value | None, operand: Value, mismatch: str) -> Value:
    if old is None:
        return operand
    ((kind, content),) = operand.items()
    if kind not in old:
        raise ValidationException(mismatch)
    if kind == "N":
        return {"N": numbers.add(old["N"], content)}
    if kind == "L":
        return {"L": [*old["L"], *content]}
    present = set(old[kind])
    return {kind: [*old[kind], *[member for member in content if member not in present]]}


def _deleted(old: Value | None, operand: Value, mismatch: str) -> Value | None:
    if old is None:
        return None
    ((kind, content),) = operand.items()
    if kind not in old:
        raise ValidationException(mismatch)
    removed = set(content)
    left = [member for member in old[kind] if member not in removed]
    return {kind: left} if left else None


def changed(
    item: Item,
    paths: list[ResolvedPath],
    changes: list[Change],
    *,
    exists: bool,
    flat: bool,
) -> Item:
    """The item with a change at each path."""
    pairs = list(zip(paths, changes, strict=True))
    if flat:
        new = dict(item)
        for (name,), change in pairs:
            _put(new, name, change)  # type: ignore[arg-type]
        return new
    if not exists:
        # AWS takes REMOVE a.b of an item that is not there.
        pairs = [(path, each) for path, each in pairs if each is not REMOVAL]
    return _changed_members(item, tree_of(pairs), depth=0)


def _put(members: Item, name: str, change: Change) -> None:
    value = change(members.get(name))
    if value is None:
        members.pop(name, None)
    else:
        members[name] = value


def _changed_members(members: Item, tree: Any, depth: int) -> Item:
    new = dict(members)
    for name, branch in tree.items():
        if isinstance(branch, dict):
            new[name] = _changed_inside(new.get(name), branch, depth + 1)
        else:
            _put(new, name, _within_depth(branch, depth))
    return new


def _within_depth(change: Change, depth: int) -> Change:
    """The change, which refuses a value that would be nested too deeply at its place."""

    def checked(old: Value | None) -> Value | None:
        value = change(old)
        if depth and value is not None and depth + depth_of(value) >= MAX_NESTING:
            raise ValidationException(TOO_DEEP)
        return value

    return checked


def _changed_inside(value: Value | None, tree: Any, depth: int) -> Value:
    kind = "L" if isinstance(next(iter(tree)), int) else "M"
    if value is None or kind not in value:
        raise ValidationException(INVALID_PATH)
    if kind == "M":
        return {"M": _changed_members(value["M"], tree, depth)}
    return {"L": _changed_elements(value["L"], tree, depth)}


def _changed_elements(elements: list[Value], tree: Any, depth: int) -> list[Value]:
    new: list[Value | None] = [*elements]
    for index in sorted(tree):
        branch, inside = tree[index], index < len(elements)
        old = elements[index] if inside else None
        if isinstance(branch, dict):
            value: Value | None = _changed_inside(old, branch, depth + 1)
        else:
            value = _within_depth(branch, depth)(old)
        if inside:
            new[index] = value
        else:
            new.append(value)
    return [value for value in new if value is not None]
