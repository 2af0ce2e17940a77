"""The one class that we take of sortedcontainers, with the types that it does not have."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

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

__all__ = ["SortedDict"]
