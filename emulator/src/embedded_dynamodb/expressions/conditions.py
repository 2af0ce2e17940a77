"""ConditionExpression and FilterExpression."""

from functools import cached_property, lru_cache

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.condition_checks import checks_of
from embedded_dynamodb.expressions.condition_parser import ConditionParser
from embedded_dynamodb.expressions.evaluation import Evaluate, compiled
from embedded_dynamodb.expressions.nodes import (
    Names,
    Path,
    ResolvedPath,
    Test,
    Values,
    leaves_of,
    nested,
    operands_of,
    paths_of,
    references_of,
)
from embedded_dynamodb.expressions.placeholders import undefined

CACHED = 4096


class Condition:
    """A condition, parsed and compiled; it holds or not for an item, names and values."""

    def __init__(self, test: Test, kind: str, names: frozenset[str], values: frozenset[str]):
        self.test = test
        self.kind = kind
        self.names = names
        self.values = values
        self._leaves = leaves_of(test)
        self._checks = [check for leaf in self._leaves for check in checks_of(leaf)]

    @cached_property
    def evaluate(self) -> Evaluate:
        """Whether the condition holds: a function of an item, names and values, once checked."""
        return compiled(self.test)

    def check(self, names: Names, values: Values) -> None:
        """Raises what AWS says of the expression before it looks at an item."""
        if not (self.names <= names.keys() and self.values <= values.keys()):
            self._check_each(names, values)
        for check in self._checks:
            if message := check(names, values):
                raise self._error(message)

    def _check_each(self, names: Names, values: Values) -> None:
        """Condition by condition: what is not defined comes before what is wrong later."""
        for leaf in self._leaves:
            references = [name for each in operands_of(leaf) for name in references_of(each)]
            if message := undefined(references, names, values):
                raise self._error(message)
            for check in checks_of(leaf):
                if message := check(names, values):
                    raise self._error(message)

    def _error(self, message: str) -> ValidationException:
        return ValidationException(f"Invalid {self.kind}: {message}")

    @cached_property
    def nested(self) -> tuple[Path, ...]:
        """The paths that lead into an attribute."""
        return nested(self.paths)

    @cached_property
    def paths(self) -> list[Path]:
        """The paths that the condition reads, as they were written."""
        return [path for leaf in self._leaves for path in paths_of(leaf)]

    def resolved_paths(self, names: Names) -> list[ResolvedPath]:
        """The paths that the condition reads."""
        return [path.resolved(names) for path in self.paths]


@lru_cache(CACHED)
def condition(text: str, kind: str = "ConditionExpression") -> Condition:
    """The condition that the text says; `kind` is the parameter's name."""
    parser = ConditionParser(text, kind)
    try:
        test = parser.parse()
        return Condition(test, kind, frozenset(parser.names), frozenset(parser.values))
    except RecursionError:
        raise parser.error("The expression is nested too deeply") from None
