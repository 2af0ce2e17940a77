"""Lays out the state machine in layers, with few crossings and no edge through a state."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate, combinations, pairwise
from statistics import fmean as mean

from lab.shop.workflow.states import Definition, Edge, edges, layers

WIDTH, HEIGHT = 168.0, 30.0
GAP_X, GAP_Y = 14.0, 26.0
BEND = 16.0  # the width of the lane on which a long edge passes a layer
SWEEPS = 12
TRIES = 200
STIFF = 12.0  # the weight of keeping long edges straight
PINNED = 1e6  # the weight of keeping the main path straight

Node = tuple[str, int]  # a state and its layer, or an edge's name and a layer that it passes
Neighbours = dict[Node, list[Node]]
Places = dict[Node, tuple[float, float]]


@dataclass(frozen=True)
class Layout:
    """The centre of each state, the points of each edge, and the total size in px."""

    places: dict[str, tuple[float, float]]
    ways: dict[Edge, list[tuple[float, float]]]
    width: float
    height: float


def laid_out(machine: Definition) -> Layout:
    """The layout of a state machine, from top to bottom."""
    layer = layers(machine)
    chains = {edge: _chain(edge, layer) for edge in edges(machine)}
    rows = _ordered(_rows(layer, chains), chains)
    places = _placed(rows, chains, set(_main_path(machine)))
    width = max(x + _node_width(node) / 2 for node, (x, _) in places.items()) + GAP_X
    states = {name: places[name, row] for name, row in layer.items()}
    ways = {edge: [places[node] for node in chain] for edge, chain in chains.items()}
    return Layout(states, ways, width, len(rows) * (HEIGHT + GAP_Y))


def _main_path(machine: Definition) -> list[str]:
    """The states of an execution without errors."""
    way = [machine["StartAt"]]
    while (following := machine["States"][way[-1]].get("Next")) and following not in way:
        way.append(following)
    return way


def _chain(edge: Edge, layer: dict[str, int]) -> list[Node]:
    """The nodes of an edge: its ends, and a lane on each layer between."""
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
    """The order on each layer with the fewest crossings, of `TRIES` random ones."""
    neighbours = _neighbours(rows, chains)
    dice = random.Random(0)  # noqa: S311 - the same picture every time, not a secret
    tries = (_swept([dice.sample(row, len(row)) for row in rows], neighbours) for _ in range(TRIES))
    return min(tries, key=lambda order: _crossings(order, chains))


def _swept(rows: list[list[Node]], neighbours: Neighbours) -> list[list[Node]]:
    """Moves each node to the mean of its neighbours, layer by layer, down and up."""
    at = {node: float(n) for row in rows for n, node in enumerate(row)}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            middle = {node: mean(at[n] for n in neighbours[node] or [node]) for node in row}
            row.sort(key=middle.__getitem__)
            at.update({node: float(n) for n, node in enumerate(row)})
    return rows


def _crossings(rows: list[list[Node]], chains: dict[Edge, list[Node]]) -> int:
    at = {node: n for row in rows for n, node in enumerate(row)}
    layers_of: dict[int, list[tuple[int, int]]] = {}
    for chain in chains.values():
        for one, other in pairwise(chain):
            upper, lower = sorted((one, other), key=lambda node: node[1])
            layers_of.setdefault(upper[1], []).append((at[upper], at[lower]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for pieces in layers_of.values()
        for a, b in combinations(pieces, 2)
    )


def _neighbours(rows: list[list[Node]], chains: dict[Edge, list[Node]]) -> Neighbours:
    neighbours: dict[Node, list[Node]] = {node: [] for row in rows for node in row}
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            neighbours[upper].append(lower)
            neighbours[lower].append(upper)
    return neighbours


def _placed(rows: list[list[Node]], chains: dict[Edge, list[Node]], spine: set[str]) -> Places:
    """The position of each node: its edges bend little, and the main path is straight."""
    neighbours = _neighbours(rows, chains)
    x = {node: 0.0 for row in rows for node in row}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            desired = [_desired_x(node, neighbours, x, spine) for node in row]
            x.update(zip(row, _spread(row, desired, spine), strict=True))
    left = min(x[node] - _node_width(node) / 2 for node in x) - GAP_X
    return {node: (x[node] - left, node[1] * (HEIGHT + GAP_Y) + HEIGHT) for node in x}


def _desired_x(node: Node, neighbours: Neighbours, x: dict[Node, float], spine: set[str]) -> float:
    if node[0] in spine:
        return 0.0
    if not neighbours[node]:
        return x[node]
    weights = {other: STIFF if node[0] == other[0] else 1.0 for other in neighbours[node]}
    return sum(x[other] * weight for other, weight in weights.items()) / sum(weights.values())


def _spread(row: list[Node], desired: list[float], spine: set[str]) -> list[float]:
    """The positions nearest to the desired ones, in the row's order and without overlaps.

    Overlapping neighbours form a block at the weighted mean of their desired positions.
    """
    starts = [0.0, *accumulate((_node_width(a) + _node_width(b)) / 2 for a, b in pairwise(row))]
    blocks: list[tuple[float, float, int]] = []  # weighted sum of positions, weight, members
    for node, position, start in zip(row, desired, starts, strict=True):
        weight = PINNED if node[0] in spine else 1.0
        block = (weight * (position - start), weight, 1)
        while blocks and blocks[-1][0] / blocks[-1][1] > block[0] / block[1]:
            total, heavy, members = blocks.pop()
            block = (total + block[0], heavy + block[1], members + block[2])
        blocks.append(block)
    shifts = [total / weight for total, weight, members in blocks for _ in range(members)]
    return [start + shift for start, shift in zip(starts, shifts, strict=True)]


def _node_width(node: Node) -> float:
    return BEND + GAP_X if ">" in node[0] else WIDTH + GAP_X
