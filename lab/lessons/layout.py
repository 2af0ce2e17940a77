"""Places states on layers so that few of their ways cross, and no way runs through a state."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lab.lessons.states import Definition, Edge, edges, layers

WIDTH, HEIGHT = 168.0, 30.0
GAP_X, GAP_Y = 14.0, 26.0
BEND = 16.0  # how wide a lane is, on which a long way passes a layer
SWEEPS = 8

Node = tuple[str, int]  # a state and its layer, or a way's name and a layer that it passes


@dataclass(frozen=True)
class Layout:
    """Where the middle of each state is, the points of each way, and the size of it all."""

    places: dict[str, tuple[float, float]]
    ways: dict[Edge, list[tuple[float, float]]]
    width: float
    height: float


def laid_out(machine: Definition) -> Layout:
    """The layout of a state machine, from top to bottom."""
    layer = layers(machine)
    chains = {edge: _chain(edge, layer) for edge in edges(machine)}
    rows = _ordered(_rows(layer, chains), chains)
    places = _placed(rows)
    width = max(x for x, _ in places.values()) + WIDTH / 2 + GAP_X
    states = {name: places[name, row] for name, row in layer.items()}
    ways = {edge: [places[node] for node in chain] for edge, chain in chains.items()}
    return Layout(states, ways, width, len(rows) * (HEIGHT + GAP_Y))


def _chain(edge: Edge, layer: dict[str, int]) -> list[Node]:
    """The nodes that a way passes: its ends, and a lane on each layer between."""
    first, last = layer[edge.source], layer[edge.target]
    step = 1 if last >= first else -1
    between = [(f"{edge.source}>{edge.target}", row) for row in range(first + step, last, step)]
    return [(edge.source, first), *between, (edge.target, last)]


def _rows(layer: dict[str, int], chains: dict[Edge, list[Node]]) -> list[list[Node]]:
    nodes = dict.fromkeys([*layer.items(), *(node for c in chains.values() for node in c)])
    rows: list[list[Node]] = [[] for _ in range(max(layer.values()) + 1)]
    for node in nodes:
        rows[node[1]].append(node)
    return rows


def _ordered(rows: list[list[Node]], chains: dict[Edge, list[Node]]) -> list[list[Node]]:
    """Each node goes to the middle of its neighbours, layer after layer, down and up again."""
    neighbours: dict[Node, list[Node]] = {node: [] for row in rows for node in row}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            neighbours[upper].append(lower)
            neighbours[lower].append(upper)
    at = {node: float(n) for row in rows for n, node in enumerate(row)}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            middle = {n: sum(at[m] for m in neighbours[n]) / len(neighbours[n]) for n in row}
            row.sort(key=lambda node: middle[node])
            at.update({node: float(n) for n, node in enumerate(row)})
    return rows


def _placed(rows: list[list[Node]]) -> dict[Node, tuple[float, float]]:
    """Rows are centred below each other."""
    widths = [sum(map(_room, row)) for row in rows]
    places: dict[Node, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        x = (max(widths) - widths[number]) / 2 + GAP_X
        for node in row:
            places[node] = (x + (_room(node) - GAP_X) / 2, number * (HEIGHT + GAP_Y) + HEIGHT)
            x += _room(node)
    return places


def _room(node: Node) -> float:
    return BEND + GAP_X if ">" in node[0] else WIDTH + GAP_X
