"""ProjectionExpression."""

from functools import lru_cache

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.nodes import (
    Names,
    Path,
    ResolvedPath,
    Values,
    nested,
    references_of,
)
from embedded_dynamodb.expressions.parsing import Parser
from embedded_dynamodb.expressions.paths import overlap_error, projected, tree_of
from embedded_dynamodb.expressions.placeholders import undefined
from embedded_dynamodb.values import Item

CACHED = 4096


class ProjectionParser(Parser):
    """Reads paths with commas between them."""

    precedence = ("reserved",)

    def parse(self) -> list[Path]:
        """The paths of the whole text."""
        paths = [self.path()]
        while self.take(","):
            paths.append(self.path())
        self.finish()
        return paths


class Projection:
    """Paths, of which a part of an item is made."""

    kind = "ProjectionExpression"
    values: frozenset[str] = frozenset()

    def __init__(self, paths: list[Path], names: frozenset[str] = frozenset()) -> None:
        self.paths = paths
        self.names = names
        # Those that lead into an attribute.
        self.nested = nested(paths)
        self._literal = not any(path.has_placeholders for path in paths)
        self._tree = (
            tree_of([(path, None) for path in self.resolved_paths({})])
            if (self._literal and not overlap_error([path.parts for path in paths]))
            else None
        )

    def resolved_paths(self, names: Names) -> list[ResolvedPath]:
        """The paths with their placeholders replaced."""
        return [path.resolved(names) for path in self.paths]

    def check(self, names: Names, values: Values | None = None) -> None:
        """Raises what AWS says of the expression before it looks at an item."""
        if not self.names <= names.keys():
            references = [each for path in self.paths for each in references_of(path)]
            raise self._error(str(undefined(references, names, values or {})))
        if self._tree is None and (message := overlap_error(self.resolved_paths(names))):
            raise self._error(message)

    def _error(self, message: str) -> ValidationException:
        return ValidationException(f"Invalid {self.kind}: {message}")

    def apply(self, item: Item, names: Names) -> Item:
        """What of the item stands at the paths."""
        if self._tree is not None:
            return projected(item, self._tree)
        return projected(item, tree_of([(path, None) for path in self.resolved_paths(names)]))


@lru_cache(CACHED)
def projection(text: str) -> Projection:
    """The projection that the text says."""
    parser = ProjectionParser(text, Projection.kind)
    return Projection(parser.parse(), frozenset(parser.names))
