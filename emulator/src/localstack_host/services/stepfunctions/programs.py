"""Caches parsed definitions, and reads what LocalStack's grammar does not have.

All executions of a definition share its program, which is built from the parse tree: the state of
an execution is in its environment, and the program is not modified. The exceptions are `Map` and
`Parallel`, which run parts of a program in parallel.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

PARALLEL_STATES = re.compile(r'"Type"\s*:\s*"(Map|Parallel)"')
PROCESSOR = re.compile(r'"ProcessorConfig"\s*:\s*\{[^{}]*\}')
EXPRESS = re.compile(r'("ExecutionType"\s*:\s*)"EXPRESS"')
WHOLE_PERCENTAGE = re.compile(r'("ToleratedFailurePercentage"\s*:\s*\d+)(?=\s*[,}])')
MACHINES = 128  # more definitions than are deployed at a time, including versions


def cached_programs(parse: Any) -> Any:
    """Caches `parse` by definition; with `Map` or `Parallel` only the parse tree is cached."""
    from localstack.services.stepfunctions.asl.parse.preprocessor import Preprocessor

    parsed = lru_cache(MACHINES)(lambda definition: parse(readable(definition)))

    def parse_anew(definition: str) -> tuple[Any, Any]:
        program, tree = parsed(definition)
        if not PARALLEL_STATES.search(definition):
            return program, tree
        preprocessor: Any = Preprocessor
        return preprocessor().visit(tree), tree

    return parse_anew


def readable(definition: str) -> str:
    """A definition without what LocalStack's grammar lacks.

    That is express children of a Map, which run as standard ones, and whole percentages.
    """
    if "ProcessorConfig" in definition:
        definition = PROCESSOR.sub(lambda part: EXPRESS.sub(r'\1"STANDARD"', part[0]), definition)
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
