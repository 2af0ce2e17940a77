"""The grammar of ConditionExpression, FilterExpression and KeyConditionExpression."""

from embedded_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparison,
    Function,
    In,
    Not,
    Operand,
    Or,
    Path,
    Test,
    ValueRef,
)
from embedded_dynamodb.expressions.parsing import CONDITION_FUNCTIONS, Parser

MAX_CHOICES = 100


class ConditionParser(Parser):
    """Reads conditions that AND, OR, NOT and parentheses combine."""

    keywords = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
    functions = CONDITION_FUNCTIONS

    def parse(self) -> Test:
        """The whole text."""
        test = self._as_test(self._combination())
        self.finish()
        return test

    def _combination(self) -> Test | Operand:
        """Terms with AND and OR between them, or one term; AND binds closer."""
        alternatives: list[Test] = []
        term = self._term()
        if not (self.at_keyword("AND") or self.at_keyword("OR")):
            return term
        conjunction = [self._as_test(term)]
        while True:
            if self.take_keyword("AND"):
                self.count_operator()
                conjunction.append(self._as_test(self._term()))
            elif self.take_keyword("OR"):
                self.count_operator()
                alternatives.append(conjoined(conjunction))
                conjunction = [self._as_test(self._term())]
            else:
                return disjoined([*alternatives, conjoined(conjunction)])

    def _term(self) -> Test | Operand:
        """A condition, or an operand that might become one."""
        negations = 0
        while self.take_keyword("NOT"):
            self.count_operator()
            negations += 1
        term = self._group() if self.at("(") else self._comparison(self._operand())
        if negations:
            term = self._as_test(term)
        return Not(term) if negations % 2 else term  # type: ignore[arg-type]

    def _group(self) -> Test | Operand:
        """A condition in parentheses, or a condition that begins with an operand in them."""
        start = self.open_group()
        inner = self._combination()
        self.close_group(start)
        if isinstance(inner, Path):
            inner = self.rest_of_path(list(inner.parts))
        if isinstance(inner, OPERANDS):
            return self._comparison(inner)
        return inner

    def _comparison(self, left: Operand) -> Test | Operand:
        if self.token.kind == "comparator":
            self.count_operator()
            operator = self.advance().text
            return Comparison(operator, self._used(left), self._right())
        if self.take_keyword("BETWEEN"):
            self.count_operator()
            return self._between(left)
        if self.take_keyword("IN"):
            self.count_operator()
            return self._in(left)
        return left

    def _between(self, left: Operand) -> Between:
        low = self._right()
        if not self.take_keyword("AND"):
            raise self.syntax_error()
        return Between(self._used(left), low, self._right())

    def _in(self, left: Operand) -> In:
        self.expect("(")
        choices = [self._right()]
        while self.take(","):
            choices.append(self._right())
        self.expect(")")
        if len(choices) > MAX_CHOICES:
            raise self.error(
                "The IN operator is provided with too many operands; "
                f"number of operands: {len(choices)}"
            )
        return In(self._used(left), tuple(choices))

    def _right(self) -> Operand:
        return self._used(self._operand_in_parentheses())

    def argument(self) -> Operand:
        """One operand of a function."""
        return self._right()

    def _used(self, operand: Operand) -> Operand:
        """An operand whose value is used: only size has one."""
        if isinstance(operand, Function) and operand.name != "size":
            self.note_misuse(operand.name)
        return operand

    def _operand_in_parentheses(self) -> Operand:
        if not self.at("("):
            return self._operand()
        start = self.open_group()
        inner = self._operand_in_parentheses()
        self.close_group(start)
        if isinstance(inner, Path):
            return self.rest_of_path(list(inner.parts))
        return inner

    def _operand(self) -> Operand:
        if self.token.kind == "value":
            return self.value_reference()
        return self.call() if self.at_call() else self.path()

    def _as_test(self, term: Test | Operand) -> Test:
        """The term, if it is a condition: size(a) and a alone are none."""
        if isinstance(term, Function):
            if term.name == "size":
                self.note_misuse(term.name)
            return term
        if isinstance(term, OPERANDS):
            raise self.syntax_error()
        return term  # type: ignore[return-value]


OPERANDS = (Path, ValueRef, Function)


def conjoined(tests: list[Test]) -> Test:
    """All of the tests, those in parentheses included."""
    parts = [part for test in tests for part in (test.parts if isinstance(test, And) else [test])]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def disjoined(tests: list[Test]) -> Test:
    """Any of the tests."""
    parts = [part for test in tests for part in (test.parts if isinstance(test, Or) else [test])]
    return parts[0] if len(parts) == 1 else Or(tuple(parts))
