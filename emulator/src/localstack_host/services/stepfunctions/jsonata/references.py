"""What an expression refers to that Step Functions does not have.

There is no context item: the input is `$states.input`. AWS refuses a definition in which the first
step of a path is a name, `$` or `$$`. A name in a later step, a filter or an order is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser

from localstack_host.services.stepfunctions.jsonata.messages import message

ERROR_OUTPUT = ["states", "errorOutput"]


def parsed(expression: str) -> dict[str, Any]:
    """`{"error": …}` of the parser, or `{"references": […]}`: names, `$`, `$$`, and the error."""
    try:
        tree = Parser().parse(expression)
    except JException as error:
        return {"error": message(error)}
    except (RecursionError, ValueError, TypeError, AttributeError) as error:
        return {"error": str(error)}
    return {"references": list(dict.fromkeys(_references(tree)))}


def _references(part: Any) -> Iterator[str]:
    kind = getattr(part, "type", None)
    if kind == "path":
        yield from _references(part.steps[0])
        if [step.value for step in part.steps[:2]] == ERROR_OUTPUT:
            yield "$states.errorOutput"
    elif kind == "name":
        yield str(part.value)
    elif kind == "variable":
        if part.value in ("", "$"):
            yield f"${part.value}"
    else:
        for inner in _in_context(kind, part):
            yield from _references(inner)


def _in_context(kind: str | None, part: Any) -> list[Any]:
    """The parts that are evaluated with the context item of the whole."""
    if kind == "unary" and str(part.value) == "{":
        return [inner for pair in part.lhs_object for inner in pair]
    if kind in ("unary", "block"):
        return [part.expression, *(part.expressions or ())]
    names = {
        "apply": ("lhs", "rhs"),
        "binary": ("lhs", "rhs"),
        "bind": ("rhs",),
        "condition": ("condition", "then", "_else"),
        "function": ("procedure",),
        "lambda": ("body",),
        "partial": ("procedure",),
    }.get(kind or "", ())
    arguments = part.arguments or () if kind in ("function", "partial") else ()
    return [*(getattr(part, name, None) for name in names), *arguments]
