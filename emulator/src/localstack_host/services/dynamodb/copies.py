"""Copies of moto's items and parsed expressions, a tenth as costly as `copy.deepcopy`'s own.

moto copies an item before each update, and this package before each write of a transaction. Without
a `__deepcopy__` the copy goes through pickling's protocol for each attribute, and weighs the whole
item again for each one that it puts back.

Texts, numbers, truths and bytes are shared: moto puts a new value in the place of an old one, and
changes only lists, maps and sets. So does a parsed expression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.parsing import ast_nodes

_untyped: Any = ast_nodes
NODE = _untyped.Node


def _item(item: Item) -> Item:
    copy: Any = object.__new__(Item)
    copy.hash_key, copy.range_key = item.hash_key, item.range_key  # keys are never changed
    copy.attrs = _attributes(item.attrs)
    return copy  # type: ignore[no-any-return]


def _attributes(attributes: LimitedSizeDict) -> LimitedSizeDict:
    copy = LimitedSizeDict()
    dict.update(copy, {name: _value(value) for name, value in attributes.items()})
    return copy


def _value(value: Any) -> Any:
    """A DynamoType; inside a set there are plain texts."""
    if not isinstance(value, DynamoType) or not isinstance(value.value, list | dict):
        return value
    copy = DynamoType.__new__(DynamoType)
    copy.type = value.type
    copy.value = _content(value.value)
    return copy


def _content(content: Any) -> Any:
    if isinstance(content, list):
        return [_value(entry) for entry in content]
    if isinstance(content, dict):
        return {name: _value(entry) for name, entry in content.items()}
    return content


def _node(node: Any) -> Any:
    """A part of an expression, with what is below it."""
    copy = object.__new__(type(node))
    vars(copy).update(vars(node))
    copy.parent = None  # whoever copies what is above sets it
    if node.children is not None:
        copy.children = [_child(copy, child) for child in node.children]
    return copy


def _child(parent: Any, child: Any) -> Any:
    if not isinstance(child, NODE):
        return _value(child)
    copy = _node(child)
    copy.parent = parent
    return copy


BY_CLASS: dict[Any, Callable[[Any], Any]] = {
    Item: _item,
    LimitedSizeDict: _attributes,
    DynamoType: _value,
    NODE: _node,
}
