"""What a SELECT shows of an item: each path under its last name."""

from collections.abc import Sequence

from embedded_dynamodb.expressions import Projection
from embedded_dynamodb.expressions.evaluation import fetch_path
from embedded_dynamodb.expressions.nodes import Names, Path
from embedded_dynamodb.values import Item


class Columns(Projection):
    """Paths, of which `a.b[0]` is shown as `b[0]`."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(list(paths))
        self._columns = [(_shown(path), fetch_path(path)) for path in paths]

    def apply(self, item: Item, names: Names) -> Item:
        """The values that are there."""
        found = {}
        for name, read in self._columns:
            value = read(item, names, {})
            if value is not None:
                found[name] = value
        return found


def _shown(path: Path) -> str:
    """The last name of a path with the indexes behind it."""
    shown = ""
    for part in path.parts:
        shown = f"{shown}[{part}]" if isinstance(part, int) else part
    return shown
