"""Of two requests at a time that create the same resource, one does.

LocalStack and moto look whether there is one of the name, and store their own some time later: both
requests would create it. On AWS one does, whatever their number.
"""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import Any
from weakref import WeakValueDictionary

_locks: WeakValueDictionary[tuple[str, str], Any] = WeakValueDictionary()  # gone when unused
_GUARD = threading.Lock()


def one_at_a_time(kind: str, name: str | None) -> Any:
    """A context in which no other request creates a resource of this kind and name.

    Without a name, nobody waits: the service finds one.
    """
    if name is None:
        return nullcontext()
    with _GUARD:
        return _locks.setdefault((kind, name), threading.Lock())
