"""An item as it is kept: its JSON, which takes an eighth of what its dictionaries take."""

import json
from collections.abc import Iterable
from typing import Any

from embedded_dynamodb.values import item_size, text_size, value_size

Item = dict[str, dict[str, Any]]

_decode = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


class Stored:
    """An item that never changes: an update puts another in its place."""

    __slots__ = ("data", "size")

    def __init__(self, data: bytes, size: int) -> None:
        self.data = data
        self.size = size

    @classmethod
    def of(cls, item: Item) -> "Stored":
        """A canonical item, to be kept."""
        return cls(_encode(item).encode(), item_size(item))

    def changed(self, old_item: Item, new_item: Item, names: Iterable[str]) -> "Stored":
        """What is kept after the attributes of those names were changed."""
        size = self.size
        for name in names:
            old, new = old_item.get(name), new_item.get(name)
            if old is not None:
                size -= text_size(name) + value_size(old)
            if new is not None:
                size += text_size(name) + value_size(new)
        return Stored(_encode(new_item).encode(), size)

    def item(self) -> Item:
        """The item, made anew: whoever gets it may change it."""
        # What is kept was written here: there is nothing before, between or behind to skip.
        item: Item = _decode(self.data.decode())[0]
        return item


def dump(value: Any) -> bytes:
    """JSON without spaces."""
    return _encode(value).encode()
