"""Images of items in saved data: each content once, however often a stream or a log has it."""

from collections.abc import Iterable
from typing import Any

from embedded_dynamodb.tables.stored import Stored

Data = dict[str, Any]


def image_of(stored: Stored | None) -> list[Any] | None:
    """An item's JSON and size."""
    return None if stored is None else [stored.data, stored.size]


class Images:
    """Makes items of saved images; equal ones are one, as they were before."""

    def __init__(self) -> None:
        self._made: dict[bytes, Stored] = {}

    def stored(self, image: list[Any] | None) -> Stored | None:
        """The item, or None for none."""
        return None if image is None else self.of(*image)

    def of(self, data: bytes, size: int) -> Stored:
        """The item with this JSON and size."""
        made = self._made.get(data)
        if made is None:
            made = self._made[data] = Stored(data, size)
        return made

    def entries(self, saved: Data) -> Iterable[tuple[bytes, Stored]]:
        """The positions and items of a table or of a backup."""
        for position, data, size in zip(
            saved["positions"], saved["data"], saved["sizes"], strict=True
        ):
            yield position, self.of(data, size)


def entries_of(entries: dict[bytes, Stored]) -> Data:
    """The positions and items, as three lists: these take the least time to write."""
    return {
        "positions": list(entries),
        "data": [stored.data for stored in entries.values()],
        "sizes": [stored.size for stored in entries.values()],
    }
