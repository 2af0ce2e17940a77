"""The one class that we take of sortedcontainers, with the types that it does not have.

Reads need only a part of it, so that they can be shown an earlier state.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from embedded_dynamodb.tables.stored import Stored

if TYPE_CHECKING:

    class SortedDict[K, V](dict[K, V]):
        """A dictionary in the order of its keys."""

        def irange(
            self,
            minimum: K | None = None,
            maximum: K | None = None,
            inclusive: tuple[bool, bool] = (True, True),
            reverse: bool = False,
        ) -> Iterator[K]:
            """The keys between two."""
else:
    from sortedcontainers import SortedDict

__all__ = ["Entries", "SortedDict"]


class Entries(Protocol):
    """What a read needs of the entries of a table or of an index."""

    def get(self, key: bytes, /) -> Stored | None:
        """What stands at a position."""

    def __getitem__(self, key: bytes, /) -> Stored:
        """The same, where something stands."""

    def irange(
        self,
        minimum: bytes | None = None,
        maximum: bytes | None = None,
        inclusive: tuple[bool, bool] = (True, True),
        reverse: bool = False,
    ) -> Iterator[bytes]:
        """The positions between two."""
