"""What the grammars of all expressions share: tokens, paths, operands, and how errors are told."""

from functools import cached_property

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.nodes import (
    Function,
    NameRef,
    Operand,
    Part,
    Path,
    ValueRef,
)
from embedded_dynamodb.expressions.reserved_words import is_reserved
from embedded_dynamodb.expressions.tokens import Token, tokenize

MAX_SIZE = 4096
MAX_OPERATORS = 300
MAX_PATH_DEPTH = 32
MAX_INDEX = 2**31 - 1
# An operator is needed for each pair of parentheses that is not redundant.
MAX_PARENTHESES = MAX_OPERATORS + 10
MAX_CALLS = 60

CONDITION_FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
UPDATE_FUNCTIONS = {"if_not_exists": 2, "list_append": 2}


class Parser:
    """Reads one expression; `kind` is its parameter's name, such as "FilterExpression"."""

    keywords: frozenset[str] = frozenset()
    functions: dict[str, int] = {}  # noqa: RUF012 - constant, and each grammar has its own
    grammar = "a condition"
    # What is wrong with a whole text is told in this order.
    precedence: tuple[str, ...] = ("parentheses", "function", "misuse", "reserved")

    def __init__(self, text: str, kind: str) -> None:
        self.kind = kind
        self.text = text
        self.position = 0
        self.operators = 0
        self.parentheses = 0
        self.calls = 0
        self.group: tuple[int, int] | None = None
        self.names: dict[str, None] = {}
        self.values: dict[str, None] = {}
        self.found: dict[str, str] = {}
        self.check_size()

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens of the text."""
        return tokenize(self.text)

    def check_size(self) -> None:
        """Refuses a text that is empty or over 4 KB, whatever else it says."""
        if not self.text.strip(" \t\r\n"):
            raise self.error("The expression can not be empty;")
        size = len(self.text.encode("utf-8", "surrogatepass"))
        if size > MAX_SIZE:
            raise self.error(
                f"Expression size has exceeded the maximum allowed size; expression size: {size}"
            )

    def error(self, message: str) -> ValidationException:
        """An error in AWS's words: which parameter is wrong, and why."""
        return ValidationException(f"Invalid {self.kind}: {message}")

    def note(self, category: str, message: str) -> None:
        """Keeps an error until it is sure that the syntax is right."""
        self.found.setdefault(category, message)

    def finish(self) -> None:
        """Tells the first error that was noted, if the text ends here."""
        if self.token.kind != "end":
            raise self.syntax_error()
        for category in self.precedence:
            if category in self.found:
                raise self.error(self.found[category])

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

    def syntax_error(self) -> ValidationException:
        """At the next token, with its two neighbours."""
        around = self.tokens[max(self.position - 1, 0) : self.position + 2]
        texts = [token for token in around if token.kind != "end"]
        near = self.text[texts[0].start : texts[-1].end] if texts else ""
        return self.error(f'Syntax error; token: "{self.token.text}", near: "{near}"')

    def at(self, text: str) -> bool:
        """Whether the next token is this symbol."""
        return self.token.text == text

    def take(self, text: str) -> bool:
        """Takes the next token if it is this symbol."""
        if self.token.text == text:
            self.position += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Takes this symbol, or says that the syntax is wrong."""
        if not self.take(text):
            raise self.syntax_error()

    def at_keyword(self, word: str) -> bool:
        """Whether the next token is this word, in any case."""
        token = self.token
        return token.kind == "word" and token.text.upper() == word

    def take_keyword(self, word: str) -> bool:
        """Takes the next token if it is this word."""
        if self.at_keyword(word):
            self.position += 1
            return True
        return False

    def count_operator(self) -> None:
        """Refuses the 301st operator as soon as it is read."""
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            raise self.error(
                f"The expression contains too many operators; operator count: {self.operators}"
            )

    def path(self) -> Path:
        """A document path, such as a.b[1].#c."""
        return self.rest_of_path([self.path_name()])

    def rest_of_path(self, parts: list[Part]) -> Path:
        """What follows the first parts of a path."""
        while True:
            if self.take("."):
                parts.append(self.path_name())
            elif self.take("["):
                parts.append(self.list_index())
                self.expect("]")
            else:
                break
        if len(parts) > MAX_PATH_DEPTH:
            raise self.error(
                f"The document path has too many nesting levels; nesting levels: {len(parts)}"
            )
        return Path(tuple(parts))

    def path_name(self) -> str:
        """A name or the placeholder of one."""
        token = self.token
        if token.kind == "name":
            self.advance()
            self.names.setdefault(token.text)
            return NameRef(token.text)
        if token.kind != "word" or token.text.upper() in self.keywords:
            raise self.syntax_error()
        self.advance()
        if is_reserved(token.text):
            self.note(
                "reserved",
                f"Attribute name is a reserved keyword; reserved keyword: {token.text}",
            )
        return token.text

    def list_index(self) -> int:
        """The number in brackets."""
        if self.token.kind != "integer":
            raise self.syntax_error()
        digits = self.advance().text
        index = int(digits) if len(digits) <= 10 else MAX_INDEX + 1
        if index > MAX_INDEX:
            raise self.error(f"List index is not within the allowable range; index: [{digits}]")
        return index

    def value_reference(self) -> ValueRef:
        """The placeholder of a value."""
        if self.token.kind != "value":
            raise self.syntax_error()
        name = self.advance().text
        self.values.setdefault(name)
        return ValueRef(name)

    def at_call(self) -> bool:
        """Whether a function is called next."""
        token = self.token
        return (
            token.kind == "word"
            and self.tokens[self.position + 1].text == "("
            and token.text.upper() not in self.keywords
        )

    def call(self) -> Function:
        """A function and its operands."""
        name = self.advance().text
        self.advance()
        self.check_name(name)
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise self.error(self._deepest_call(name))
        arguments = [self.argument()]
        while self.take(","):
            arguments.append(self.argument())
        self.expect(")")
        self.calls -= 1
        return Function(name, tuple(arguments))

    def _deepest_call(self, name: str) -> str:
        # No function takes another's result more than once, so something is wrong already.
        if "function" in self.found:
            return self.found["function"]
        return _misuse(name)

    def argument(self) -> Operand:
        """One operand of a function; each grammar has its own."""
        raise NotImplementedError

    def check_name(self, name: str) -> None:
        """Notes a function that there is not, or not here."""
        if name in self.functions:
            return
        if name in CONDITION_FUNCTIONS or name in UPDATE_FUNCTIONS:
            self.note(
                "function",
                f"The function is not allowed in {self.grammar} expression; function: {name}",
            )
        else:
            self.note("function", f"Invalid function name; function: {name}")

    def note_misuse(self, name: str) -> None:
        """Notes a function whose result cannot be used here."""
        self.note("misuse", _misuse(name))

    def open_group(self) -> int:
        """Takes a parenthesis that groups; its position is for `close_group`."""
        start = self.position
        self.advance()
        self.parentheses += 1
        if self.parentheses > MAX_PARENTHESES:
            raise self._too_many_parentheses()
        return start

    def close_group(self, start: int) -> None:
        """Takes the closing parenthesis, and notes two pairs around the same."""
        self.expect(")")
        end = self.position - 1
        self.parentheses -= 1
        if self.group == (start + 1, end - 1):
            self.note("parentheses", REDUNDANT)
        self.group = (start, end)

    def _too_many_parentheses(self) -> ValidationException:
        if self.text.count("(") == self.text.count(")"):
            return self.error(REDUNDANT)
        self.position = len(self.tokens) - 1
        return self.syntax_error()


REDUNDANT = "The expression has redundant parentheses;"


def _misuse(name: str) -> str:
    return f"The function is not allowed to be used this way in an expression; function: {name}"
