"""Copies of moto's items, a tenth as costly as `copy.deepcopy` makes them without this.

moto copies an item before each update, and the lab before each write of a transaction. Without a
`__deepcopy__` the copy goes through pickling's protocol for each attribute, and weighs the whole
item again for each one that it puts back.
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict


def copy_quickly() -> None:
    """Tells `copy.deepcopy` how items are copied."""
    classes: Any = (Item, LimitedSizeDict, DynamoType)
    for kind, copied in zip(classes, (_item, _attributes, _value), strict=True):
        kind.__deepcopy__ = lambda value, _memo, copied=copied: copied(value)


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
    if not isinstance(value, DynamoType):
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
