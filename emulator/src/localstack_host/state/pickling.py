"""Writes and reads the state of this machine's own emulator, as a pickle.

A pickle can run code when it is loaded: only files that this emulator has written itself are read.
What is handed to other people has another format (`exported.py`).
"""

from __future__ import annotations

import copyreg
import pickle
import sys
import threading
import types
from collections import OrderedDict, defaultdict
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from localstack_host.state import executions, managed_policies, user_pools

LOCK, REENTRANT_LOCK = type(threading.Lock()), type(threading.RLock())


class NotCarried(Exception):
    """Raised for an object that cannot be saved: where it is, and why."""


def event(is_set: bool) -> threading.Event:
    """A new event, set or not."""
    made = threading.Event()
    if is_set:
        made.set()
    return made


def nothing() -> None:
    """In the place of what a new process makes itself."""


class StatePickler(pickle.Pickler):
    """Writes locks as new ones, and threads and workers as what is left of them.

    The usual objects are written without any of these methods: there are tens of thousands.
    """

    def __init__(self, file: Any) -> None:
        super().__init__(file, protocol=5)
        self.dispatch_table = copyreg.dispatch_table | REDUCERS | _found_reducers()


class ThoroughPickler(StatePickler):
    """Also writes functions without a name, and threads: as nothing."""

    def reducer_override(self, obj: Any) -> Any:
        """What is written for an object; NotImplemented for the usual."""
        if type(obj) is types.FunctionType:
            return _reduced_function(obj)
        if isinstance(obj, threading.Thread):
            return nothing, ()
        return NotImplemented


def _found_reducers() -> dict[type, Any]:
    """The reducers of classes whose modules are loaded only with their services."""
    found: dict[type, Any] = {
        kind: _reduced_dictionary
        for base in (defaultdict, OrderedDict)
        for kind in _subclasses(base)
        if vars(kind).get("__init__")
    }
    for (module, name), reduce in NAMED_REDUCERS.items():
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type):
            found |= dict.fromkeys([kind, *_subclasses(kind)], reduce)
    return found


def _subclasses(kind: type) -> list[type]:
    direct: list[type] = kind.__subclasses__()
    return [*direct, *(one for each in direct for one in _subclasses(each))]


NAMED_REDUCERS: dict[tuple[str, str], Any] = {
    managed_policies.KIND: managed_policies.reduced,
    user_pools.KIND: user_pools.reduced,
    executions.LOGGING_SESSION: lambda _session: (nothing, ()),
    executions.WORKER: executions.reduced_worker,
    executions.EXECUTION: executions.reduced_execution,
}
REDUCERS: dict[type, Any] = {
    LOCK: lambda _lock: (threading.Lock, ()),
    REENTRANT_LOCK: lambda _lock: (threading.RLock, ()),
    ZoneInfo: lambda zone: (ZoneInfo, (zone.key,)),
    threading.Event: lambda obj: (event, (obj.is_set(),)),
    # A condition shares its lock with the queue that it belongs to.
    threading.Condition: lambda obj: (threading.Condition, (obj._lock,)),
}


def _reduced_function(function: types.FunctionType) -> Any:
    """By name; a function without one is what a new process makes itself."""
    found: Any = sys.modules.get(function.__module__)
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return NotImplemented if found is function else (nothing, ())


def _reduced_dictionary(obj: Any) -> Any:
    """Without its `__init__`, which may need arguments."""
    slots = {"default_factory": obj.default_factory} if isinstance(obj, defaultdict) else {}
    return copyreg.__newobj__, (type(obj),), (vars(obj), slots), None, iter(dict.items(obj))  # type: ignore[attr-defined]


class Parts:
    """What is pickled, in parts: one buffer that grows would be copied each time that it does."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.write = self.parts.append


def dump(state: Any) -> list[bytes]:
    """The pickle of a state, in parts. Raises NotCarried."""
    try:
        return _dumped(state, StatePickler)
    except Exception:
        return _dump_thoroughly(state)


def _dump_thoroughly(state: Any) -> list[bytes]:
    try:
        return _dumped(state, ThoroughPickler)
    except Exception as error:
        raise NotCarried(f"{where(state)}: {error!r}") from error


def _dumped(state: Any, pickler: type[StatePickler]) -> list[bytes]:
    file = Parts()
    pickler(file).dump(state)
    return file.parts


def load(file: BinaryIO) -> Any:
    """Reads a state that this emulator has written."""
    return pickle.load(file)  # noqa: S301 - only after `about.check`, from the emulator's own home


def where(content: Any, depth: int = 0) -> str:
    """The path to the innermost object that cannot be saved."""
    for key, value in _parts(content) if depth < 20 else []:
        try:
            _dumped(value, ThoroughPickler)
        except Exception:
            return f"[{str(key)[:60]!r}]{where(value, depth + 1)}"
    return f" <{type(content).__module__}.{type(content).__name__}>"


def _parts(content: Any) -> Any:
    if isinstance(content, dict):
        return list(content.items())
    if isinstance(content, list | tuple | set):
        return list(enumerate(content))
    return list(vars(content).items()) if hasattr(content, "__dict__") else []
