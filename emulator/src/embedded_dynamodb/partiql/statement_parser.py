"""The grammar of statements; each text is parsed once."""

from collections.abc import Callable
from functools import lru_cache

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.nodes import Action, Arithmetic, Function, Operand, Path
from embedded_dynamodb.partiql.parsing import Parser
from embedded_dynamodb.partiql.statements import (
    Assignments,
    Change,
    Delete,
    Exists,
    Insert,
    Select,
    Statement,
    Where,
)
from embedded_dynamodb.partiql.tokens import malformed, place_of

CACHED = 4096
ON_INDEX = "This operation is not supported on an index"
NO_ALIAS = "Aliasing is not supported"
RETURNING = {
    ("ALL", "OLD"): "ALL_OLD",
    ("ALL", "NEW"): "ALL_NEW",
    ("MODIFIED", "OLD"): "UPDATED_OLD",
    ("MODIFIED", "NEW"): "UPDATED_NEW",
}
# The sections of an update expression that do the same.
_SET_FUNCTIONS = {"set_add": "ADD", "set_delete": "DELETE"}


class StatementParser(Parser):
    """Reads one statement."""

    def parse(self) -> Statement:
        """The whole text."""
        if self.take_keyword("SELECT"):
            found: Statement = self._select()
        elif self.take_keyword("INSERT", "INTO"):
            found = self._insert()
        elif self.take_keyword("UPDATE"):
            found = self._change(where_first=False)
        elif self.take_keyword("FROM"):
            found = self._change(where_first=True)
        elif self.take_keyword("DELETE", "FROM"):
            found = self._delete()
        elif self.take_keyword("EXISTS"):
            found = self._exists()
        else:
            raise malformed("Expected data manipulation")
        self.take(";")
        if self.token.kind != "end":
            raise self.unexpected()
        return found

    def _select(self) -> Select:
        columns = None
        if not self.take("*"):
            columns = self._each(self._column)
        self.expect_keyword("FROM")
        table, index = self._source()
        where = self._where()
        order = self._order()
        return Select(
            table,
            where,
            self.literals,
            self.parameters,
            index=index,
            columns=None if columns is None else tuple(columns),
            order=order,
        )

    def _column(self) -> Path:
        """A path: there are no functions here, such as COUNT."""
        token = self.token
        if token.kind == "word" and self.tokens[self.position + 1].text == "(":
            place = place_of(self.text, token)
            raise ValidationException(f"Unexpected path component at {place}")
        return self.path()

    def _source(self) -> tuple[str, str | None]:
        table = self.name()
        index = self.name() if self.take(".") else None
        if self.at("."):
            raise ValidationException("A path may contain at most 2 components in the FROM clause")
        if self.token.keyword == "AS" or self.token.kind == "name" or self._at_alias():
            raise ValidationException(NO_ALIAS)
        return table, index

    def _at_alias(self) -> bool:
        """Whether a word comes next that begins no clause."""
        word = self.token.keyword
        return bool(word) and word not in (
            "WHERE",
            "ORDER",
            "SET",
            "REMOVE",
            "VALUE",
            "RETURNING",
            "GROUP",
            "JOIN",
            "LIMIT",
            "HAVING",
            "UNION",
        )

    def _target(self) -> str:
        table, index = self._source()
        if index is not None:
            raise ValidationException(ON_INDEX)
        return table

    def _where(self) -> Where | None:
        if not self.take_keyword("WHERE"):
            return None
        test = self.condition()
        return Where(test, frozenset(self.literals))

    def _order(self) -> tuple[tuple[Path, bool], ...]:
        if not self.take_keyword("ORDER", "BY"):
            return ()
        keys = [self._order_key()]
        while self.take(","):
            keys.append(self._order_key())
        return tuple(keys)

    def _order_key(self) -> tuple[Path, bool]:
        path = self.path()
        if self.take_keyword("DESC"):
            return path, True
        self.take_keyword("ASC")
        return path, False

    def _insert(self) -> Insert:
        table = self._target()
        self.expect_keyword("VALUE")
        if not (self.at("{") or self.at("?")):
            raise self.unexpected()
        item = self.keep(self.literal())
        return Insert(table, None, self.literals, self.parameters, item=item.name)

    def _change(self, *, where_first: bool) -> Change:
        table = self._target()
        where = self._where() if where_first else None
        actions: list[Action] = []
        while True:
            if self.take_keyword("SET"):
                actions += self._each(self._assignment)
            elif self.take_keyword("REMOVE"):
                actions += self._each(self._removal)
            else:
                break
        if not actions:
            raise self.unexpected()
        if not where_first:
            where = self._where()
        returning = self._returning()
        update = Assignments(actions, frozenset(), frozenset(self.literals))
        return Change(
            table, where, self.literals, self.parameters, update=update, returning=returning
        )

    def _each[Read](self, read: Callable[[], Read]) -> list[Read]:
        found = [read()]
        while self.take(","):
            found.append(read())
        return found

    def _removal(self) -> Action:
        return Action("REMOVE", self.path())

    def _assignment(self) -> Action:
        path = self.path()
        self.expect("=")
        name = self.token.text.lower()
        if name in _SET_FUNCTIONS and self.tokens[self.position + 1].text == "(":
            return self._set_function(name, path)
        left = self._assigned()
        if self.at("+") or self.at("-"):
            operator = self.advance().text
            return Action("SET", path, Arithmetic(operator, left, self._assigned()))
        return Action("SET", path, left)

    def _set_function(self, name: str, path: Path) -> Action:
        shown, here = name.upper(), place_of(self.text, self.advance())
        # AWS names the place of the first argument when the second one is wrong.
        first = place_of(self.text, self.tokens[self.position + 1])
        operands = self.arguments(self._assigned)
        if len(operands) != 2:
            raise ValidationException(f"{shown} must have exactly two arguments at {here}")
        if operands[0] != path:
            raise ValidationException(
                f"The first argument to {shown} must equal the assignment value at {here}"
            )
        if isinstance(operands[1], Path | Function):
            raise ValidationException(
                f"The second argument to {shown} must be a value with type SET at {first}"
            )
        return Action(_SET_FUNCTIONS[name], path, operands[1])

    def _assigned(self) -> Operand:
        if self.at_value():
            return self.keep(self.literal())
        if self.token.kind == "word" and self.tokens[self.position + 1].text == "(":
            name = self.advance().text.lower()
            if name not in ("list_append", "if_not_exists"):
                raise malformed(f"There is no function {name} in an assignment")
            return Function(name, self.arguments(self._assigned))
        return self.path()

    def _delete(self) -> Delete:
        table = self._target()
        where = self._where()
        returning = self._returning()
        if returning not in (None, "ALL_OLD"):
            raise ValidationException("Only RETURNING ALL OLD * is supported in a DELETE statement")
        return Delete(table, where, self.literals, self.parameters, returning=returning)

    def _returning(self) -> str | None:
        if not self.take_keyword("RETURNING"):
            return None
        words = self.advance().keyword, self.advance().keyword
        if words not in RETURNING or not self.take("*"):
            raise malformed("RETURNING takes ALL or MODIFIED, OLD or NEW, and *")
        return RETURNING[words]

    def _exists(self) -> Exists:
        self.expect("(")
        self.expect_keyword("SELECT")
        inner = self._select()
        self.expect(")")
        if inner.index is not None:
            raise ValidationException(ON_INDEX)
        return Exists(inner.table, inner.where, self.literals, self.parameters)


@lru_cache(CACHED)
def statement(text: str) -> Statement:
    """The statement that the text says."""
    try:
        return StatementParser(text).parse()
    except RecursionError:
        raise malformed("The statement is nested too deeply") from None
