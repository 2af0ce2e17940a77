"""The grammar of UpdateExpression."""

from embedded_dynamodb.expressions.nodes import Action, Arithmetic, Function, Operand
from embedded_dynamodb.expressions.parsing import UPDATE_FUNCTIONS, Parser

SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")


class UpdateParser(Parser):
    """Reads the sections of an update; each can be there once, in any order."""

    keywords = frozenset(SECTIONS)
    functions = UPDATE_FUNCTIONS
    grammar = "an update"
    precedence = ("parentheses", "reserved", "function", "misuse", "section")

    def parse(self) -> list[Action]:
        """The actions of the whole text."""
        actions: list[Action] = []
        seen: set[str] = set()
        while self.token.kind != "end":
            section = self._section()
            if section in seen:
                self.note(
                    "section",
                    f'The "{section}" section can only be used once in an update expression;',
                )
            seen.add(section)
            actions.append(self._action(section))
            while self.take(","):
                actions.append(self._action(section))
        self.finish()
        return actions

    def _section(self) -> str:
        word = self.token.text.upper()
        if self.token.kind != "word" or word not in SECTIONS:
            raise self.syntax_error()
        self.advance()
        return word

    def _action(self, section: str) -> Action:
        path = self.path()
        if section == "REMOVE":
            return Action(section, path)
        if section == "SET":
            self.expect("=")
            return Action(section, path, self._set_value())
        return Action(section, path, self.value_reference())

    def _set_value(self) -> Operand | Arithmetic:
        left = self._term()
        if not (self.at("+") or self.at("-")):
            return left
        if isinstance(left, Arithmetic):
            raise self.syntax_error()
        self.count_operator()
        operator = self.advance().text
        return Arithmetic(operator, left, self._operand_in_parentheses())

    def _term(self) -> Operand | Arithmetic:
        """An operand, or a sum in parentheses."""
        if not self.at("("):
            return self._operand()
        start = self.open_group()
        inner = self._set_value()
        self.close_group(start)
        return inner

    def argument(self) -> Operand:
        """One operand of a function; of functions only if_not_exists can be one."""
        operand = self._operand_in_parentheses()
        if isinstance(operand, Function) and operand.name == "list_append":
            self.note_misuse(operand.name)
        return operand

    def _operand_in_parentheses(self) -> Operand:
        if not self.at("("):
            return self._operand()
        start = self.open_group()
        inner = self._operand_in_parentheses()
        self.close_group(start)
        return inner

    def _operand(self) -> Operand:
        if self.token.kind == "value":
            return self.value_reference()
        if self.at_call():
            self.count_operator()
            return self.call()
        return self.path()
