"""The key of a table or an index: which attributes, of which types, and what an item's key is."""

from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.tables.key_encoding import encode, spread

MAX_HASH_BYTES = 2048
MAX_RANGE_BYTES = 1024
NO_MATCH = "The provided key element does not match the schema"
_INVALID = "One or more parameter values were invalid: "

Value = dict[str, Any]
Item = dict[str, Value]


class KeyAttribute(NamedTuple):
    """An attribute that a key is made of."""

    name: str
    type: str


@dataclass(frozen=True)
class KeySchema:
    """The attributes of a key: those that name a partition, those that sort inside it."""

    hash: tuple[KeyAttribute, ...]
    range: tuple[KeyAttribute, ...]

    @cached_property
    def attributes(self) -> tuple[KeyAttribute, ...]:
        """All, in key order."""
        return self.hash + self.range

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names, in key order."""
        return tuple(attribute.name for attribute in self.attributes)

    def partition(self, item: Item) -> bytes:
        """What all keys of the item's partition begin with."""
        hashed = b"".join([encode(item[name], kind) for name, kind in self.hash])
        return spread(hashed) + hashed

    def position(self, item: Item) -> bytes:
        """Where the item stands."""
        place = self.partition(item)
        for name, kind in self.range:
            place += encode(item[name], kind)
        return place

    def of(self, item: Item) -> Item:
        """The key of an item, as the API shows it."""
        return {name: item[name] for name in self.names}

    def is_in(self, item: Item) -> bool:
        """Whether the item has every attribute of the key, of its type."""
        for name, kind in self.attributes:
            value = item.get(name)
            if value is None or kind not in value:
                return False
        return True


def check_key(schema: KeySchema, key: Item) -> bytes:
    """The position of a request's Key, or why it is none."""
    if len(key) != len(schema.attributes):
        raise ValidationException(NO_MATCH)
    for name, kind in schema.attributes:
        value = key.get(name)
        if value is None or kind not in value:
            raise ValidationException(NO_MATCH)
    check_key_contents(schema, key)
    return schema.position(key)


def check_item_key(schema: KeySchema, item: Item) -> bytes:
    """The position of an item to be put, or what is wrong with its key."""
    for name, kind in schema.attributes:
        value = item.get(name)
        if value is None:
            raise ValidationException(f"{_INVALID}Missing the key {name} in the item")
        if kind not in value:
            raise ValidationException(
                f"{_INVALID}Type mismatch for key {name} expected: {kind} "
                f"actual: {next(iter(value))}"
            )
    check_key_contents(schema, item)
    return schema.position(item)


def check_key_contents(schema: KeySchema, item: Item) -> None:
    """A key is not empty and not too long."""
    length = 0
    for name, kind in schema.attributes:
        if kind != "N":
            content = item[name][kind]
            if not content:
                check_not_empty(name, kind, item[name])
            length += len(content)
    # A character has four bytes at most, a base64 one less than one.
    if length * 4 > MAX_RANGE_BYTES:
        _check_lengths(schema, item)


def _check_lengths(schema: KeySchema, item: Item) -> None:
    for attributes, limit, what in (
        (schema.hash, MAX_HASH_BYTES, "hash"),
        (schema.range, MAX_RANGE_BYTES, "range"),
    ):
        if sum(_bytes(item[name], kind) for name, kind in attributes) > limit:
            raise ValidationException(
                f"{_INVALID}Aggregated size of all {what} keys has exceeded the size limit of "
                f"{limit} bytes"
            )


def check_not_empty(name: str, kind: str, value: Value) -> None:
    """An empty string is no key."""
    if value.get(kind) == "":
        word = "string" if kind == "S" else "binary"
        raise ValidationException(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty {word} value. Key: {name}"
        )


def _bytes(value: Value, kind: str) -> int:
    if kind == "N":
        return 0
    return len(value[kind].encode()) if kind == "S" else len(b64decode(value[kind]))
