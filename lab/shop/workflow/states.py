"""The state machine as a graph: its edges, and the layer of each state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lab.core import paths

ASL = paths.TERRAFORM / "modules" / "checkout" / "workflow.asl.json"
Definition = Mapping[str, Any]


@dataclass(frozen=True)
class Edge:
    """A transition from one state to another; `kind` is next, catch or choice."""

    source: str
    target: str
    kind: str


def definition() -> Definition:
    """The definition of the checkout's state machine."""
    content: Definition = json.loads(ASL.read_text(encoding="utf-8"))
    return content


def edges(machine: Definition) -> list[Edge]:
    """All transitions, each pair of states once, `next` before the others."""
    unique: dict[tuple[str, str], Edge] = {}
    for name, state in machine["States"].items():
        for target, kind in _transitions(state):
            unique.setdefault((name, target), Edge(name, target, kind))
    return list(unique.values())


def _transitions(state: Definition) -> Iterator[tuple[str, str]]:
    if "Next" in state:
        yield state["Next"], "next"
    for choice in state.get("Choices", []):
        yield choice["Next"], "choice"
    if "Default" in state:
        yield state["Default"], "choice"
    for catch in state.get("Catch", []):
        yield catch["Next"], "catch"


def layers(machine: Definition) -> dict[str, int]:
    """The layer of each state: below all its predecessors, ignoring edges that lead back."""
    forward = _without_cycles(machine)
    layer = dict.fromkeys(machine["States"], 0)
    for _ in layer:
        for edge in forward:
            layer[edge.target] = max(layer[edge.target], layer[edge.source] + 1)
    return layer


def _without_cycles(machine: Definition) -> list[Edge]:
    """The edges without those that close a cycle, by depth-first search from the start."""
    outgoing: dict[str, list[Edge]] = {name: [] for name in machine["States"]}
    for edge in edges(machine):
        outgoing[edge.source].append(edge)
    kept: list[Edge] = []
    open_, done = set[str](), set[str]()

    def visit(name: str) -> None:
        open_.add(name)
        for edge in outgoing[name]:
            if edge.target not in open_:
                kept.append(edge)
                if edge.target not in done:
                    visit(edge.target)
        open_.remove(name)
        done.add(name)

    visit(machine["StartAt"])
    return kept
