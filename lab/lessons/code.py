"""Shows code of the project in a lesson, read from its file."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from lab.console.drawing.shown import AMBER, BLUE, GREEN, GREY, VIOLET, Shown, typed
from lab.core import paths
from lab.core.errors import LabError


@dataclass(frozen=True, repr=False)
class Code(Shown):
    """Lines of a file, and their place."""

    lines: str
    path: Path
    first: int

    @property
    def place(self) -> str:
        """Such as `functions/checkout/domain/money.py:56`."""
        return f"{self.path.relative_to(paths.ROOT)}:{self.first}"

    def html(self) -> str:
        """The highlighted lines, below their place."""
        style = "border-left:3px solid #8a8f9888;padding-left:.9em;margin:.4em 0"
        place = f'<div style="opacity:.7;font-size:.85em">{self.place}</div>'
        return f'<div style="{style}">{place}{_highlighted(self.lines, self.path.name)}</div>'

    def text(self) -> str:
        """The lines, below their place."""
        return f"# {self.place}\n{self.lines}"


def code(what: Callable[..., Any] | type | str, begins: str = "") -> Code:
    """Shows a function, a class, or the block of a file that begins with a text.

    `code(Money.fraction)`, `code("terraform/modules/checkout/tables.tf", "products = {")`.
    A file is named by its path in the project. Raises LabError if the text is not in it.
    """
    if isinstance(what, str):
        return _block(paths.ROOT / what, begins)
    lines, first = inspect.getsourcelines(what)
    return Code(_tidy(lines), Path(inspect.getfile(what)).resolve(), first)


def _block(path: Path, begins: str) -> Code:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line.strip().startswith(begins)), None)
    if first is None:
        raise LabError(f"{path.name} has no line that begins with {begins!r}.")
    return Code(_tidy(lines[first : _end(lines, first)]), path, first + 1)


def _end(lines: list[str], first: int) -> int:
    """The index after the block, which ends where the indentation is that of its first line."""
    depth = _indentation(lines[first])
    for n, line in enumerate(lines[first + 1 :], first + 1):
        if line.strip() and _indentation(line) <= depth:
            return n + 1 if line.strip()[0] in "}])" else n
    return len(lines)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _tidy(lines: list[str]) -> str:
    return textwrap.dedent("".join(lines)).rstrip()


def _highlighted(lines: str, file: str) -> str:
    """Highlights tokens in colours that are readable on light and dark pages."""
    from pygments.lexers import get_lexer_for_filename  # type: ignore[import-untyped]

    words = get_lexer_for_filename(file, stripall=True).get_tokens(lines)
    html = "".join(_token_html(kind, text) for kind, text in words)
    return typed(html.rstrip())


COLOURS = {
    "Token.Comment": f"color:{GREY};font-style:italic",
    "Token.Keyword": f"color:{VIOLET}",
    "Token.Operator.Word": f"color:{VIOLET}",
    "Token.Name.Function": f"color:{BLUE};font-weight:bold",
    "Token.Name.Class": f"color:{BLUE};font-weight:bold",
    "Token.Name.Decorator": f"color:{AMBER}",
    "Token.Literal.Number": f"color:{AMBER}",
    "Token.Literal.String": f"color:{GREEN}",
}


def _token_html(kind: object, text: str) -> str:
    look = next((look for name, look in COLOURS.items() if str(kind).startswith(name)), None)
    return f'<span style="{look}">{escape(text)}</span>' if look else escape(text)
