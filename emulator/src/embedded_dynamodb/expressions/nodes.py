"""The syntax tree of an expression, as it was written: placeholders are not resolved in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedded_dynamodb.values import Value


class NameRef(str):
    """A placeholder of a name, "#n", as a part of a path."""

    __slots__ = ()


type Part = str | int
type ResolvedPath = tuple[Part, ...]
type Names = Mapping[str, str]
type Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Path:
    """A document path; its first part is a name."""

    parts: ResolvedPath

    @property
    def has_placeholders(self) -> bool:
        """Whether the path depends on ExpressionAttributeNames."""
        return any(isinstance(part, NameRef) for part in self.parts)

    def resolved(self, names: Names) -> ResolvedPath:
        """The path with its placeholders replaced."""
        return tuple([names[part] if isinstance(part, NameRef) else part for part in self.parts])


@dataclass(frozen=True, slots=True)
class ValueRef:
    """A placeholder of a value, ":v"."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the request itself, in its legacy parameters."""

    value: Any


@dataclass(frozen=True, slots=True)
class Function:
    """A call, such as begins_with(a, :v)."""

    name: str
    arguments: tuple["Operand", ...]


type Operand = Path | ValueRef | Constant | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and one of = <> < <= > >=."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """An operand within two bounds, both included."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """An operand that equals one of several."""

    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part holds."""

    parts: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Test"


type Leaf = Comparison | Between | In | Function
type Test = Leaf | And | Or | Not


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The sum or difference of two operands, in SET."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an update: its section, its path and, but for REMOVE, its value."""

    section: str
    path: Path
    value: Operand | Arithmetic | None = None


def operands_of(leaf: Leaf | Arithmetic) -> tuple[Operand, ...]:
    """The operands of a condition or a sum, in the order in which they were written."""
    match leaf:
        case Function():
            return leaf.arguments
        case Between():
            return (leaf.operand, leaf.low, leaf.high)
        case In():
            return (leaf.operand, *leaf.choices)
        case Comparison() | Arithmetic():
            return (leaf.left, leaf.right)


def leaves_of(test: Test) -> list[Leaf]:
    """The conditions that and, or and not combine, in the order in which they were written."""
    match test:
        case And() | Or():
            return [leaf for part in test.parts for leaf in leaves_of(part)]
        case Not():
            return leaves_of(test.part)
    return [test]


def paths_of(node: Leaf | Operand | Arithmetic | None) -> list[Path]:
    """The paths in a condition or an operand, in the order in which they were written."""
    if isinstance(node, Path):
        return [node]
    if node is None or isinstance(node, ValueRef | Constant):
        return []
    return [path for operand in operands_of(node) for path in paths_of(operand)]


def nested(paths: list[Path]) -> tuple[Path, ...]:
    """Those that lead into an attribute."""
    return tuple([path for path in paths if len(path.parts) > 1])


def references_of(operand: Operand | Arithmetic) -> list[str]:
    """The placeholders of an operand, in the order in which they were written."""
    match operand:
        case Path():
            return [str(part) for part in operand.parts if isinstance(part, NameRef)]
        case ValueRef():
            return [operand.name]
        case Function():
            return [name for each in operand.arguments for name in references_of(each)]
        case Arithmetic():
            return [*references_of(operand.left), *references_of(operand.right)]
    return []
