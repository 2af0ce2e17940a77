"""The entry point PROVIDER_OVERRIDE_STEPFUNCTIONS=host: Step Functions that parses each text once.

LocalStack parses a state machine's text again for every execution, and a JSONPath again for every
use: jsonpath_ng even builds its parser's tables anew each time. For every call of a service it
spells the names of all its operations in another way. All are pure functions of a text. Results
are kept by text; what an execution changes is still made anew for each.

A program, which is what a tree is made into, belongs to all executions of its text: what one
execution does is in its environment, and the parts of the program only read. The exceptions are
`Map` and `Parallel`, which run parts of a program side by side.
"""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from typing import Any

from localstack.services.plugins import Service, aws_provider

SIDE_BY_SIDE = re.compile(r'"Type"\s*:\s*"(Map|Parallel)"')
SPELLINGS = 4096  # names of operations and of their fields
MACHINES = 128  # definitions kept: more than are deployed at a time, versions included


@aws_provider(api="stepfunctions", name="host")  # type: ignore[untyped-decorator]
def stepfunctions() -> Service:
    """LocalStack's Step Functions, traced and queued, and quicker and smaller by these modules."""
    from localstack_host.services.stepfunctions.ended_executions import forget_ended
    from localstack_host.services.stepfunctions.execution_queue import queue_executions
    from localstack_host.services.stepfunctions.state_clock import count_work_only
    from localstack_host.services.stepfunctions.tracing_configuration import TracedWorkflows

    parse_once()
    forget_ended()
    queue_executions()
    count_work_only()
    return Service.for_provider(TracedWorkflows())


@cache
def parse_once() -> None:
    """Puts the caches in front of the parsers, once however often it is called."""
    from localstack.services.stepfunctions.asl.component import eval_component
    from localstack.services.stepfunctions.asl.component.common.path import result_path
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
        state_task_service,
    )
    from localstack.services.stepfunctions.asl.parse import asl_parser
    from localstack.services.stepfunctions.asl.utils import json_path

    paths: tuple[Any, ...] = (result_path, json_path)
    for module in paths:
        module.parse = cache(module.parse)
    spell_once(state_task_service)
    parser: Any = asl_parser.AmazonStateLanguageParser
    parser.parse = staticmethod(keeping_programs(parser.parse))
    component: Any = eval_component.EvalComponent
    component.heap_key = one_at_a_time(component.heap_key)


def spell_once(tasks: Any) -> None:
    """Keeps how `tasks`, LocalStack's module, spells names, and the operations they stand for."""
    tasks.camel_to_snake_case = lru_cache(SPELLINGS)(tasks.camel_to_snake_case)
    task = tasks.StateTaskService
    task._get_boto_operation_model = staticmethod(cache(task._get_boto_operation_model))


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
