"""Copies of what an execution works on: its JSON, and its state machine as it was at the start.

LocalStack makes them with `copy.deepcopy`, which looks for objects that occur twice: six times as
slow, and a state has its input copied a dozen times. And each execution had a state machine of its
own, with the whole definition.
"""

from __future__ import annotations

import copy
import weakref
from datetime import datetime
from typing import Any

from localstack.aws.api.stepfunctions import HistoryEventType

NEVER_CHANGES = frozenset({str, int, float, bool, type(None), datetime, HistoryEventType})


def copy_of(value: Any) -> Any:
    """A copy of JSON, or of anything else."""
    kind = type(value)
    if kind in NEVER_CHANGES:
        return value
    if kind is dict:
        return {name: copy_of(part) for name, part in value.items()}
    if kind is list:
        return [copy_of(part) for part in value]
    return copy.deepcopy(value)


_snapshots: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def snapshot_of(machine: Any) -> Any:
    """A state machine as it is now. Executions that start before it changes share the copy."""
    known = _snapshots.get(machine)
    if known is None or not _are_same(known, machine):
        known = _snapshots[machine] = copy.deepcopy(machine)
    return known


def _are_same(one: Any, other: Any) -> bool:
    """Whether two values are equal, or are objects with the same attributes."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_are_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_are_same, one, other))
    return bool(one == other or (hasattr(one, "__dict__") and _are_same(vars(one), vars(other))))
