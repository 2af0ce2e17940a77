"""The state machine as a graph: what leads where, and on which layer each state stands."""

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
    """A way from one state to another; `kind` is next, catch or choice."""

    source: str
    target: str
    kind: str


def definition() -> Definition:
    """The checkout's own state machine, as Terraform deploys it."""
    found: Definition = json.loads(ASL.read_text(encoding="utf-8"))
    return found


def edges(machine: Definition) -> list[Edge]:
    """Every way there is, each pair of states once, the good way first."""
    found: dict[tuple[str, str], Edge] = {}
    for name, state in machine["States"].items():
        for target, kind in _ways(state):
            found.setdefault((name, target), Edge(name, target, kind))
    return list(found.values())


def _ways(state: Definition) -> Iterator[tuple[str, str]]:
    if "Next" in state:
        yield state["Next"], "next"
    for choice in state.get("Choices", []):
        yield choice["Next"], "choice"
    if "Default" in state:
        yield state["Default"], "choice"
    for catch in state.get("Catch", []):
        yield catch["Next"], "catch"


def layers(machine: Definition) -> dict[str, int]:
    """The layer of each state: below all that lead to it, but for ways that lead back up."""
    ways = _forward(machine)
    layer = dict.fromkeys(machine["States"], 0)
    for _ in layer:
        for edge in ways:
            layer[edge.target] = max(layer[edge.target], layer[edge.source] + 1)
    return layer


def _forward(machine: Definition) -> list[Edge]:
    """The edges without those that close a circle, seen from the start."""
    leaving: dict[str, list[Edge]] = {name: [] for name in machine["States"]}
    for edge in edges(machine):
        leaving[edge.source].append(edge)
    kept: list[Edge] = []
    open_, done = set[str](), set[str]()

    def visit(name: str) -> None:
        open_.add(name)
        for edge in leaving[name]:
            if edge.target not in open_:
                kept.append(edge)
                if edge.target not in done:
                    visit(edge.target)
        open_.remove(name)
        done.add(name)

    visit(machine["StartAt"])
    return kept
