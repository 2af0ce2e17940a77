"""Statements that write, as actions: what makes a transaction of them, too."""

from typing import Any

from embedded_dynamodb.errors import DuplicateItemException, ValidationException
from embedded_dynamodb.expressions import Condition
from embedded_dynamodb.items import actions
from embedded_dynamodb.items.actions import Action
from embedded_dynamodb.partiql import statements
from embedded_dynamodb.partiql.keys import NO_KEY, key_of
from embedded_dynamodb.partiql.statements import Statement
from embedded_dynamodb.tables.keys import Item, check_key
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.values import SETS, type_of
from embedded_dynamodb.writes import Write


class Insert(actions.Put):
    """A put where nothing is."""

    def __init__(self, item: Item) -> None:
        super().__init__({"Item": item})

    def plan(self, table: Table, position: bytes) -> Write:
        """An item that is there is not replaced."""
        if position in table.entries:
            raise DuplicateItemException
        return super().plan(table, position)


class ByWhere(Action):
    """An action on the item whose key the WHERE clause names; the clause is its condition."""

    def __init__(self, where: Condition | None, values: Item, *, shows_item: bool) -> None:
        super().__init__({})
        self.shows_item = shows_item
        self.condition = where
        self.values = values

    def take_target(self, parameters: dict[str, Any]) -> None:
        """The key is known when the table is."""

    def take_expressions(self, parameters: dict[str, Any]) -> None:
        """There are none: the statement was parsed."""

    def locate(self, table: Table) -> bytes:
        """The position of the item that the clause names."""
        self.key = where_key(self.condition, self.values, table)
        return check_key(table.schema, self.key)


class Update(ByWhere, actions.Update):
    """A change of an item that is there: the clause is false where none is."""

    def __init__(self, statement: statements.Change, values: Item, *, shows_item: bool) -> None:
        super().__init__(statement.where, values, shows_item=shows_item)
        self.by_expression = True
        self.update = statement.update
        for action in statement.update.actions:
            if action.section == "ADD" and type_of(values[action.value.name]) not in SETS:  # type: ignore[union-attr]
                raise ValidationException(
                    "The second argument to set_add must be a value with type SET"
                )
        statement.update.check({}, values)

    def locate(self, table: Table) -> bytes:
        """A key cannot be updated."""
        position = super().locate(table)
        if self.update is not None:
            self.update.check_keys({}, table.schema.names)
        return position


class Delete(ByWhere, actions.Delete):
    """A deletion: where nothing is, nothing is deleted, whatever else the clause says."""

    def plan(self, table: Table, position: bytes) -> Write:
        """A false clause fails only where an item is."""
        if position not in table.entries:
            return Write(table, position, None, None, None)
        return super().plan(table, position)


class Check(ByWhere, actions.Check):
    """EXISTS: the clause has to hold."""


def where_key(where: Condition | None, values: Item, table: Table) -> Item:
    """The key that the clause names."""
    key = None if where is None else key_of(where.test, values, table.schema)
    if key is None:
        raise ValidationException(NO_KEY)
    return key


def action_of(statement: Statement, values: Item, *, shows_item: bool) -> Action:
    """The action of a statement that writes."""
    match statement:
        case statements.Insert():
            item = values[statement.item]
            if "M" not in item:
                raise ValidationException("The VALUE of an INSERT must be a map")
            return Insert(item["M"])
        case statements.Change():
            return Update(statement, values, shows_item=shows_item)
        case statements.Delete():
            return Delete(statement.where, values, shows_item=shows_item)
        case _:
            return Check(statement.where, values, shows_item=shows_item)
