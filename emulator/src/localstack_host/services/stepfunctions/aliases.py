"""Copies of aliases: an execution has its state machine as it was at the start, with its aliases.

An alias has a lock, which `copy.deepcopy` refuses.
"""

from __future__ import annotations

import copy
import threading
from typing import Any

LOCK = "_mutex"


def copy_of_alias(alias: Any, copied: dict[int, Any]) -> Any:
    """An alias as it is now, with a lock of its own. `__deepcopy__` of LocalStack's class."""
    with getattr(alias, LOCK):
        own = {name: value for name, value in vars(alias).items() if name != LOCK}
        made = copied[id(alias)] = object.__new__(type(alias))
        vars(made).update(copy.deepcopy(own, copied))
    setattr(made, LOCK, threading.Lock())
    return made
