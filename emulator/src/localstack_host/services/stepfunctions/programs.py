"""What a state machine's text is made into, kept by text.

A program, which is what a tree is made into, belongs to all executions of its text: what one
execution does is in its environment, and the parts of the program only read. The exceptions are
`Map` and `Parallel`, which run parts of a program side by side.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

SIDE_BY_SIDE = re.compile(r'"Type"\s*:\s*"(Map|Parallel)"')
MACHINES = 128  # definitions kept: more than are deployed at a time, versions included


def keeping_programs(parse: Any) -> Any:
    """`parse` with what it made kept by text; with `Map` or `Parallel` only the tree is kept."""
    from localstack.services.stepfunctions.asl.parse.preprocessor import Preprocessor

    parsed = lru_cache(MACHINES)(parse)

    def parse_anew(definition: str) -> tuple[Any, Any]:
        program, tree = parsed(definition)
        if not SIDE_BY_SIDE.search(definition):
            return program, tree
        preprocessor: Any = Preprocessor
        return preprocessor().visit(tree), tree

    return parse_anew


def one_at_a_time(key: Any) -> property:
    """The name under which a part of a program keeps its notes, found by one thread at a time.

    It is made when it is first asked for: two executions must not make two.
    """
    lock = threading.Lock()

    def locked(component: Any) -> str:
        with lock:
            return str(key.fget(component))

    return property(locked)
