"""Statements, as they were parsed: whatever the table, and whatever the parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions import Condition, Update
from embedded_dynamodb.expressions.nodes import Path, Test
from embedded_dynamodb.partiql.literals import Literal
from embedded_dynamodb.values import Item, Value

COUNT_MISMATCH = "Number of parameters in request and statement don't match."


class Where(Condition):
    """A WHERE clause: a condition whose errors name no parameter."""

    def __init__(self, test: Test, values: frozenset[str]) -> None:
        super().__init__(test, "WHERE", frozenset(), values)

    def _error(self, message: str) -> ValidationException:
        return ValidationException(message)


class Assignments(Update):
    """The SET and REMOVE clauses: an update whose errors name no parameter."""

    def _error(self, message: str) -> ValidationException:
        return ValidationException(message)


@dataclass(frozen=True)
class Statement:
    """What all have: a table, values by the names that the clauses use, and parameters."""

    table: str
    where: Where | None = None
    literals: Mapping[str, Literal] = field(default_factory=dict)
    parameters: int = 0
    # What RETURNING asks for, in the words of ReturnValues.
    returning: str | None = None

    @property
    def reads(self) -> bool:
        """Whether it is a SELECT."""
        return False

    def bind(self, parameters: Sequence[Value]) -> Item:
        """The values by name, and the WHERE clause checked with them."""
        if len(parameters) != self.parameters:
            raise ValidationException(COUNT_MISMATCH)
        values = {name: literal(parameters) for name, literal in self.literals.items()}
        if self.where is not None:
            self.where.check({}, values)
        return values


@dataclass(frozen=True)
class Select(Statement):
    """SELECT columns FROM table.index WHERE condition ORDER BY attribute."""

    index: str | None = None
    # None is the asterisk.
    columns: tuple[Path, ...] | None = None
    order: tuple[tuple[Path, bool], ...] = ()

    @property
    def reads(self) -> bool:
        """It does."""
        return True


@dataclass(frozen=True)
class Exists(Statement):
    """EXISTS (SELECT …): a condition in a transaction."""


@dataclass(frozen=True)
class Insert(Statement):
    """INSERT INTO table VALUE item."""

    item: str = ""


@dataclass(frozen=True)
class Change(Statement):
    """UPDATE table SET … REMOVE … WHERE key RETURNING …."""

    update: Assignments = field(default_factory=lambda: Assignments([]))


@dataclass(frozen=True)
class Delete(Statement):
    """DELETE FROM table WHERE key RETURNING ALL OLD *."""
