"""UpdateExpression: its checks, and what it makes of an item."""

from collections.abc import Callable, Collection
from functools import lru_cache

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.changes import INCORRECT_TYPE, change_of, changed
from embedded_dynamodb.expressions.condition_checks import operand_type, requires_path
from embedded_dynamodb.expressions.nodes import (
    Action,
    Arithmetic,
    Constant,
    Function,
    Names,
    Operand,
    Path,
    ResolvedPath,
    ValueRef,
    Values,
    nested,
    operands_of,
    paths_of,
    references_of,
)
from embedded_dynamodb.expressions.parsing import UPDATE_FUNCTIONS
from embedded_dynamodb.expressions.paths import overlap_error
from embedded_dynamodb.expressions.placeholders import undefined
from embedded_dynamodb.expressions.update_parser import UpdateParser
from embedded_dynamodb.values import SETS, Item, type_of

CACHED = 4096
TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
}
ADDED = ("N", *SETS)

type Check = Callable[[Values], str | None]


class Update:
    """An update, parsed and compiled; it makes a new item of an item, names and values."""

    kind = "UpdateExpression"

    def __init__(
        self,
        actions: list[Action],
        names: frozenset[str] = frozenset(),
        values: frozenset[str] = frozenset(),
        mismatch: str = INCORRECT_TYPE,
    ) -> None:
        self.actions = actions
        self.names = names
        self.values = values
        self._changes = [change_of(action, mismatch) for action in actions]
        self._paths = [action.path for action in actions]
        self._literal = not any(path.has_placeholders for path in self._paths)
        self._flat = all(len(path.parts) == 1 for path in self._paths)
        read = [path for action in actions for path in paths_of(action.value)]
        # The paths that lead into an attribute.
        self.nested = nested([*self._paths, *read])
        self._overlap = overlap_error(self.paths({})) if self._literal else None
        self._checks = [
            *[check for action in actions for check in _section_checks(action)],
            *[check for action in actions for check in _value_checks(action.value)],
        ]

    @property
    def creates(self) -> bool:
        """Whether an item that does not exist comes to be: not by what only removes."""
        return not self.actions or any(
            action.section not in ("REMOVE", "DELETE") for action in self.actions
        )

    def paths(self, names: Names) -> list[ResolvedPath]:
        """The paths that the update writes, in the order in which they were written."""
        return [path.resolved(names) for path in self._paths]

    def check(self, names: Names, values: Values) -> None:
        """Raises what AWS says of the expression before it looks at an item."""
        if not (self.names <= names.keys() and self.values <= values.keys()):
            message = undefined(self._references("#"), names, values)
            raise self._error(str(message or undefined(self._references(":"), names, values)))
        message = self._overlap if self._literal else overlap_error(self.paths(names))
        if message:
            raise self._error(message)
        for check in self._checks:
            if message := check(values):
                raise self._error(message)

    def _references(self, sigil: str) -> list[str]:
        found = []
        for action in self.actions:
            found += references_of(action.path)
            if action.value is not None:
                found += references_of(action.value)
        return [reference for reference in found if reference.startswith(sigil)]

    def _error(self, message: str) -> ValidationException:
        return ValidationException(f"Invalid {self.kind}: {message}")

    def check_keys(self, names: Names, key_names: Collection[str]) -> None:
        """Raises if the update would change an attribute of the table's key."""
        written = {path[0] for path in self.paths(names)}
        for name in key_names:
            if name in written:
                raise ValidationException(
                    "One or more parameter values were invalid: Cannot update attribute "
                    f"{name}. This attribute is part of the key"
                )

    def known_types(self, names: Names, values: Values) -> dict[str, str]:
        """The whole attributes that are set, and their types as far as the values show them."""
        types = {}
        for action in self.actions:
            if len(action.path.parts) == 1 and action.value is not None:
                kind = _known_type(action.value, values)
                if kind is not None:
                    types[str(action.path.resolved(names)[0])] = kind
        return types

    def apply(self, item: Item, names: Names, values: Values, exists: bool = True) -> Item:
        """The item as the update leaves it; `item` is not changed.

        Of an item that does not exist (`exists=False`), `item` is the key.
        """
        new = [make(item, names, values) for make in self._changes]
        return changed(item, self.paths(names), new, exists=exists, flat=self._flat)


def _known_type(value: Operand | Arithmetic, values: Values) -> str | None:
    """The type of a value that does not depend on the item."""
    match value:
        case ValueRef():
            return type_of(values[value.name])
        case Constant():
            return type_of(value.value)
        case Arithmetic():
            return "N"
        case Function(name="list_append"):
            return "L"
    return None


def _section_checks(action: Action) -> list[Check]:
    section, operand = action.section, action.value
    if section not in ("ADD", "DELETE") or not isinstance(operand, ValueRef):
        return []
    allowed = ADDED if section == "ADD" else SETS

    def check(values: Values) -> str | None:
        kind = type_of(values[operand.name])
        if kind in allowed:
            return None
        return (
            "Incorrect operand type for operator or function; "
            f"operator: {section}, operand type: {TYPE_NAMES[kind]}, "
            f"typeSet: ALLOWED_FOR_{section}_OPERAND"
        )

    return [check]


def _value_checks(node: Operand | Arithmetic | None) -> list[Check]:
    """The checks of what SET assigns, those of inner functions first."""
    if node is None or isinstance(node, Path | ValueRef | Constant):
        return []
    operands = operands_of(node)
    checks = [check for operand in operands for check in _value_checks(operand)]
    if isinstance(node, Arithmetic):
        return [*checks, *[_type_check(node.operator, each, "N") for each in operands]]
    return checks + _function_checks(node)


def _function_checks(call: Function) -> list[Check]:
    count = len(call.arguments)
    if count != UPDATE_FUNCTIONS[call.name]:
        return [
            lambda _values: (
                "Incorrect number of operands for operator or function; operator or function: "
                f"{call.name}, number of operands: {count}"
            )
        ]
    if call.name == "list_append":
        return [_type_check(call.name, each, "L") for each in call.arguments]
    if not isinstance(call.arguments[0], Path):
        return [lambda _values: requires_path(call.name)]
    return []


def _type_check(name: str, operand: Operand, wanted: str) -> Check:
    def check(values: Values) -> str | None:
        if isinstance(operand, ValueRef):
            kind = type_of(values[operand.name])
        elif isinstance(operand, Function) and operand.name == "list_append":
            kind = "L"
        else:
            return None
        return None if kind == wanted else operand_type(name, kind)

    return check


@lru_cache(CACHED)
def update(text: str) -> Update:
    """The update that the text says."""
    parser = UpdateParser(text, Update.kind)
    try:
        actions = parser.parse()
    except RecursionError:
        raise parser.error("The expression is nested too deeply") from None
    return Update(actions, frozenset(parser.names), frozenset(parser.values))
