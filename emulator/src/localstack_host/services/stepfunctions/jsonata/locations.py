"""Where in a state an expression is, as AWS's events name it: `Output/lines[0]/total`."""

from __future__ import annotations

from typing import Any

STATE = "State_declContext"


def location_of(context: Any) -> str:
    """The location of a node of the parse tree, from its state on."""
    keys: list[str] = []
    node, parent = context, context.parentCtx
    while parent is not None and type(parent).__name__ != STATE:
        keys.append(_key(parent, node))
        node, parent = parent, parent.parentCtx
    return "".join(reversed(keys)).removeprefix("/")


def _key(parent: Any, node: Any) -> str:
    """`/name` if the node is the value of a field, `[0]` if it is in an array."""
    texts: list[str] = [child.getText() for child in parent.children[:2]]
    if texts[0] == "[":
        return f"[{parent.children.index(node) // 2}]"
    if texts[1:] == [":"] and node is not parent.children[0]:
        return "/" + texts[0].strip('"')
    return ""
