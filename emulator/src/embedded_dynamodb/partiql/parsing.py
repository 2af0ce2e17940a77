"""The grammar of paths, values and conditions in statements."""

from collections.abc import Callable

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.condition_parser import conjoined, disjoined
from embedded_dynamodb.expressions.nodes import (
    Between,
    Comparison,
    Function,
    In,
    Not,
    Operand,
    Part,
    Path,
    Test,
    ValueRef,
)
from embedded_dynamodb.expressions.parsing import (
    CONDITION_FUNCTIONS,
    MAX_INDEX,
    MAX_OPERATORS,
    MAX_PATH_DEPTH,
)
from embedded_dynamodb.partiql.literals import (
    Literal,
    constant,
    list_of,
    map_of,
    parameter,
    set_of,
)
from embedded_dynamodb.partiql.tokens import RESERVED, Token, malformed, tokenize

MAX_CHOICES = 100
# What IS takes beside MISSING and NULL, and the types that they are.
TYPES = {
    "NULL": "NULL",
    "BOOL": "BOOL",
    "BOOLEAN": "BOOL",
    "STRING": "S",
    "NUMBER": "N",
    "BINARY": "B",
    "LIST": "L",
    "MAP": "M",
    "STRUCT": "M",
}
_TESTS = ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains")


class Parser:
    """Reads a statement's parts; values get names, which the clauses refer to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.position = 0
        self.parameters = 0
        self.operators = 0
        self.literals: dict[str, Literal] = {}

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.position]

    def advance(self) -> Token:
        """Takes the next token."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def unexpected(self) -> ValidationException:
        """The error at the next token."""
        token = self.token
        if token.kind == "end":
            return malformed("Unexpected end of the statement")
        return malformed(f"Unexpected term {token.text} at offset {token.start}")

    def at(self, text: str) -> bool:
        """Whether the next token is this symbol."""
        return self.token.kind not in ("name", "text") and self.token.text == text

    def take(self, text: str) -> bool:
        """Takes the next token if it is this symbol."""
        found = self.at(text)
        if found:
            self.position += 1
        return found

    def expect(self, text: str) -> None:
        """Takes this symbol, or says that it is missing."""
        if not self.take(text):
            raise self.unexpected()

    def take_keyword(self, *words: str) -> bool:
        """Takes the words, all or none of them."""
        ahead = self.tokens[self.position : self.position + len(words)]
        found = [token.keyword for token in ahead] == list(words)
        if found:
            self.position += len(words)
        return found

    def expect_keyword(self, *words: str) -> None:
        """Takes the words, or says that they are missing."""
        if not self.take_keyword(*words):
            raise self.unexpected()

    def name(self) -> str:
        """An identifier: quoted, or a word that is not reserved."""
        token = self.token
        if token.kind == "name" or (token.kind == "word" and token.keyword not in RESERVED):
            if not token.text:
                raise ValidationException("Path component cannot be an empty string")
            self.advance()
            return token.text
        raise self.unexpected()

    def path(self) -> Path:
        """A document path, such as a.b[0] or a['b']."""
        parts: list[Part] = [self.name()]
        while True:
            if self.take("."):
                parts.append(self.name())
            elif self.take("["):
                parts.append(self._subscript())
                self.expect("]")
            else:
                break
        if len(parts) > MAX_PATH_DEPTH:
            raise ValidationException(
                f"The document path has too many nesting levels; nesting levels: {len(parts)}"
            )
        return Path(tuple(parts))

    def _subscript(self) -> Part:
        token = self.advance()
        if token.kind == "text" and token.text:
            return token.text
        if token.kind == "number" and token.text.isdigit() and len(token.text) <= 10:
            index = int(token.text)
            if index <= MAX_INDEX:
                return index
        self.position -= 1
        raise self.unexpected()

    def keep(self, literal: Literal) -> ValueRef:
        """Gives a value a name."""
        name = f":{len(self.literals)}"
        self.literals[name] = literal
        return ValueRef(name)

    def at_value(self) -> bool:
        """Whether a value comes next, and no path."""
        token = self.token
        return (
            token.kind in ("text", "number")
            or token.keyword in ("TRUE", "FALSE", "NULL")
            or any(map(self.at, ("?", "[", "{", "<<", "-", "+")))
        )

    def literal(self) -> Literal:
        """A value."""
        token = self.advance()
        if token.kind == "text":
            return constant({"S": token.text})
        if token.kind == "number":
            return constant({"N": token.text})
        if token.keyword in ("TRUE", "FALSE"):
            return constant({"BOOL": token.keyword == "TRUE"})
        if token.keyword == "NULL":
            return constant({"NULL": True})
        if token.kind == "symbol" or token.kind == "bag":
            found = self._structure(token.text)
            if found is not None:
                return found
        self.position -= token.kind != "end"
        raise self.unexpected()

    def _structure(self, symbol: str) -> Literal | None:
        if symbol == "?":
            self.parameters += 1
            return parameter(self.parameters - 1)
        if symbol in ("-", "+") and self.token.kind == "number":
            return constant({"N": symbol.replace("+", "") + self.advance().text})
        if symbol == "[":
            return list_of(self._members("]"))
        if symbol == "<<":
            return set_of(self._members(">>"))
        if symbol == "{":
            return self._map()
        return None

    def _members(self, closing: str) -> list[Literal]:
        members: list[Literal] = []
        if self.take(closing):
            return members
        members.append(self.literal())
        while self.take(","):
            members.append(self.literal())
        self.expect(closing)
        return members

    def _map(self) -> Literal:
        members: dict[str, Literal] = {}
        while not self.take("}"):
            if members:
                self.expect(",")
            if self.token.kind not in ("text", "name"):
                raise self.unexpected()
            name = self.advance().text
            self.expect(":")
            if name in members:
                raise malformed(f"The name {name} is there twice")
            members[name] = self.literal()
        return map_of(members)

    def condition(self) -> Test:
        """Conditions with AND, OR, NOT and parentheses; AND binds closer than OR."""
        alternatives = [self._conjunction()]
        while self.take_keyword("OR"):
            self._count()
            alternatives.append(self._conjunction())
        return disjoined(alternatives)

    def _conjunction(self) -> Test:
        parts = [self._negation()]
        while self.take_keyword("AND"):
            self._count()
            parts.append(self._negation())
        return conjoined(parts)

    def _negation(self) -> Test:
        if self.take_keyword("NOT"):
            self._count()
            return Not(self._negation())
        if self.take("("):
            inner = self.condition()
            self.expect(")")
            return inner
        return self._leaf()

    def _leaf(self) -> Test:
        left = self._operand()
        if isinstance(left, Function) and left.name in _TESTS:
            return self._compared_with_truth(left)
        negated = self.take_keyword("NOT")
        if self.token.kind == "comparator" and not negated:
            self._count()
            operator = self.advance().text.replace("!=", "<>")
            return Comparison(operator, left, self._value_of())
        if self.take_keyword("BETWEEN"):
            self._count()
            low = self._value_of()
            self.expect_keyword("AND")
            test: Test = Between(left, low, self._value_of())
        elif self.take_keyword("IN"):
            self._count()
            test = In(left, self._choices())
        elif self.take_keyword("IS") and not negated:
            self._count()
            return self._is(left)
        else:
            raise self.unexpected()
        return Not(test) if negated else test

    def _compared_with_truth(self, test: Function) -> Test:
        """A function that holds or not may be compared with TRUE and FALSE."""
        for word, negated in (("TRUE", False), ("FALSE", True)):
            if self.at("=") and self.tokens[self.position + 1].keyword == word:
                self.position += 2
                return Not(test) if negated else test
        return test

    def _is(self, left: Operand) -> Test:
        negated = self.take_keyword("NOT")
        word = self.token.keyword
        test: Test
        if word == "MISSING":
            test = Function("attribute_not_exists", (left,))
        elif word in TYPES:
            kind = self.keep(constant({"S": TYPES[word]}))
            test = Function("attribute_type", (left, kind))
        else:
            raise self.unexpected()
        self.advance()
        return Not(test) if negated else test

    def _choices(self) -> tuple[Operand, ...]:
        closing = {"(": ")", "[": "]", "<<": ">>"}.get(self.advance().text)
        if closing is None:
            self.position -= 1
            raise self.unexpected()
        choices = [self._value_of()]
        while self.take(","):
            choices.append(self._value_of())
        self.expect(closing)
        if len(choices) > MAX_CHOICES:
            raise ValidationException(
                "The IN operator is provided with too many operands; "
                f"number of operands: {len(choices)}"
            )
        return tuple(choices)

    def _value_of(self) -> Operand:
        operand = self._operand()
        if isinstance(operand, Function) and operand.name != "size":
            raise malformed(f"The function {operand.name} has no value to compare")
        return operand

    def _operand(self) -> Operand:
        if self.at_value():
            return self.keep(self.literal())
        if self.token.kind == "word" and self.tokens[self.position + 1].text == "(":
            return self._call()
        return self.path()

    def _call(self) -> Function:
        name = self.advance().text.lower()
        if name not in CONDITION_FUNCTIONS:
            raise malformed(f"There is no function {name} in a condition")
        self._count()
        return Function(name, self.arguments(self._value_of))

    def arguments[Argument](self, read: Callable[[], Argument]) -> tuple[Argument, ...]:
        """What stands in the parentheses of a call."""
        self.expect("(")
        found = [read()]
        while self.take(","):
            found.append(read())
        self.expect(")")
        return tuple(found)

    def _count(self) -> None:
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            raise ValidationException(
                f"The expression contains too many operators; operator count: {self.operators}"
            )
