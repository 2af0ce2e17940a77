"""Caches parsed definitions, and reads what LocalStack's grammar does not have.

All executions of a definition share its program, which is built from the parse tree: the state of
an execution is in its environment, and the program is not modified. The exceptions are `Map` and
`Parallel`, which run parts of a program in parallel.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from localstack_host.services.stepfunctions.map_runs.fields import MapFields, extract, reading

PARALLEL_STATES = re.compile(r'"Type"\s*:\s*"(Map|Parallel)"')
WHOLE_PERCENTAGE = re.compile(r'("ToleratedFailurePercentage"\s*:\s*\d+)(?=\s*[,}])')
MACHINES = 128  # more definitions than are deployed at a time, including versions


def cached_programs(parse: Any) -> Any:
    """Caches `parse` by definition; with `Map` or `Parallel` only the parse tree is cached."""
    from localstack.services.stepfunctions.asl.parse.preprocessor import Preprocessor

    @lru_cache(MACHINES)
    def parsed(definition: str) -> tuple[Any, Any, Mapping[str, MapFields]]:
        text, fields = extract(definition)
        return *parse(readable(text)), fields

    def parse_anew(definition: str) -> tuple[Any, Any]:
        program, tree, fields = parsed(definition)
        if not PARALLEL_STATES.search(definition):
            return program, tree
        preprocessor: Any = Preprocessor
        with reading(fields):
            return preprocessor().visit(tree), tree

    return parse_anew


def readable(definition: str) -> str:
    """A definition without what LocalStack's grammar lacks: whole percentages."""
    return WHOLE_PERCENTAGE.sub(r"\1.0", definition)


def locked_property(key: Any) -> property:
    """Locks the property `key`, the key of a component in the heap.

    It is created on first use: two executions must not create two.
    """
    lock = threading.Lock()

    def locked(component: Any) -> str:
        with lock:
            return str(key.fget(component))

    return property(locked)
