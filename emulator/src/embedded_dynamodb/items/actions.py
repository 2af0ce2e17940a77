"""Put, update, delete and check: an action of its own or one of a transaction.

Making an action checks everything that needs no table; `locate` checks the key against a table;
`plan` evaluates the condition and makes the write. Nothing is applied here.
"""

from abc import ABC, abstractmethod
from typing import Any

from embedded_dynamodb.errors import ConditionalCheckFailedException, ValidationException
from embedded_dynamodb.expressions import Condition, condition, update
from embedded_dynamodb.expressions.legacy import legacy_condition, legacy_update
from embedded_dynamodb.items.expressions_of import check_mixture, check_scalars, placeholders_of
from embedded_dynamodb.tables.keys import Item, check_item_key, check_key
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.values import MAX_ITEM_SIZE, check_item
from embedded_dynamodb.writes import Write

TOO_LARGE = "Item size has exceeded the maximum allowed size"
UPDATE_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"

Path = tuple[str | int, ...]


class Action(ABC):
    """What all have: a condition, and whether a failed one shows the item."""

    expressions: tuple[str, ...] = ("ConditionExpression",)
    older: tuple[str, ...] = ("Expected",)

    def __init__(self, parameters: dict[str, Any]) -> None:
        check_mixture(parameters, self.expressions, self.older)
        self.shows_item = parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        self.condition: Condition | None = None
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        # The paths that an update changed, for ReturnValues.
        self.paths: list[Path] = []
        self.take_target(parameters)
        self.take_expressions(parameters)

    def take_target(self, parameters: dict[str, Any]) -> None:
        """The Key or the Item."""
        self.key = check_item(parameters["Key"])

    def take_expressions(self, parameters: dict[str, Any]) -> None:
        """The expressions with their placeholders, or what is given in place of them."""
        text = parameters.get("ConditionExpression")
        if text is not None:
            placeholders = placeholders_of(parameters)
            parsed = condition(text)
            placeholders.use(parsed)
            self.condition = parsed
            placeholders.finish()
            self.names, self.values = placeholders.names, placeholders.values
        elif "Expected" in parameters or "ConditionalOperator" in parameters:
            self.condition = legacy_condition(
                parameters.get("Expected"), parameters.get("ConditionalOperator")
            )

    def locate(self, table: Table) -> bytes:
        """The position of the item, if its key is one of this table, as the paths take it."""
        position = check_key(table.schema, self.key)
        check_scalars(table, self.names, self.condition)
        return position

    def check(self, table: Table, position: bytes) -> tuple[Stored | None, Item | None]:
        """What is there, if the condition holds; the item itself only if it was needed."""
        stored = table.entries.get(position)
        if self.condition is None:
            return stored, None
        item = None if stored is None else stored.item()
        if not self.condition.evaluate(item or {}, self.names, self.values):
            raise ConditionalCheckFailedException(item if self.shows_item else None)
        return stored, item

    @abstractmethod
    def plan(self, table: Table, position: bytes) -> Write:
        """The write, if the condition holds."""


class Put(Action):
    """An item in the place of what is there."""

    def take_target(self, parameters: dict[str, Any]) -> None:
        """The item, canonical, and as it will be kept."""
        self.item = check_item(parameters["Item"])
        self.new = Stored.of(self.item)
        if self.new.size > MAX_ITEM_SIZE:
            raise ValidationException(TOO_LARGE)

    def locate(self, table: Table) -> bytes:
        """The key is a part of the item."""
        position = check_item_key(table.schema, self.item)
        if table.indexes:
            table.check_index_keys(self.item)
        check_scalars(table, self.names, self.condition)
        return position

    def plan(self, table: Table, position: bytes) -> Write:
        """The item as it is."""
        old, old_item = self.check(table, position)
        return Write(table, position, old, old_item, self.item, new=self.new)


class Delete(Action):
    """Nothing in the place of what is there."""

    def plan(self, table: Table, position: bytes) -> Write:
        """A write without a new item."""
        old, old_item = self.check(table, position)
        return Write(table, position, old, old_item, None)


class Check(Action):
    """A condition alone."""

    def plan(self, table: Table, position: bytes) -> Write:
        """A write that changes nothing."""
        old, old_item = self.check(table, position)
        return Write(table, position, old, old_item, old_item, new=old)


class Update(Action):
    """A changed copy of what is there, or of the key alone."""

    expressions = ("UpdateExpression", "ConditionExpression")
    older = ("AttributeUpdates", "Expected")

    def take_expressions(self, parameters: dict[str, Any]) -> None:
        """Both expressions share their placeholders."""
        self.update = None
        self.by_expression = parameters.get("UpdateExpression") is not None
        conditional = parameters.get("ConditionExpression")
        if not self.by_expression and conditional is None:
            updates = parameters.get("AttributeUpdates")
            if updates is not None:
                self.update = legacy_update(updates)
            super().take_expressions(parameters)
            return
        placeholders = placeholders_of(parameters)
        if self.by_expression:
            self.update = update(parameters["UpdateExpression"])
            placeholders.use(self.update)
        if conditional is not None:
            parsed = condition(conditional)
            placeholders.use(parsed)
            self.condition = parsed
        placeholders.finish()
        self.names, self.values = placeholders.names, placeholders.values

    def locate(self, table: Table) -> bytes:
        """A key cannot be updated, and that of an index only by values of its type."""
        position = check_key(table.schema, self.key)
        if self.update is not None:
            self.update.check_keys(self.names, table.schema.names)
            if table.indexes:
                table.check_index_types(self.update.known_types(self.names, self.values))
        check_scalars(table, self.names, self.update, self.condition)
        return position

    def plan(self, table: Table, position: bytes) -> Write:
        """The changed item has to be one that could be put."""
        old, old_item = self.check(table, position)
        if old is not None and old_item is None:
            old_item = old.item()
        if old is None and self.update is not None and not self.update.creates:
            return Write(table, position, None, None, None)
        new_item = old_item or self.key
        if self.update is not None:
            new_item = self.update.apply(new_item, self.names, self.values, exists=old is not None)
            self.paths = self.update.paths(self.names)
        if table.indexes:
            table.check_index_keys(new_item, updated=self.by_expression)
        if old is None or old_item is None:
            new = Stored.of(new_item)
        else:
            new = old.changed(old_item, new_item, {str(path[0]) for path in self.paths})
        if new.size > MAX_ITEM_SIZE:
            raise ValidationException(UPDATE_TOO_LARGE)
        return Write(table, position, old, old_item, new_item, new=new)
