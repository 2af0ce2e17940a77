"""The entry point PROVIDER_OVERRIDE_STEPFUNCTIONS=lab: Step Functions that parses each text once.

LocalStack parses a state machine's text again for every execution, and a JSONPath again for every
use: jsonpath_ng even builds its parser's tables anew each time. Both are pure functions of a text.
Results are kept by text; what an execution changes is still made anew for each.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from localstack.services.plugins import Service, aws_provider

MACHINES = 128  # definitions kept: as many as a lab will ever deploy, versions included


@aws_provider(api="stepfunctions", name="lab")  # type: ignore[untyped-decorator]
def stepfunctions() -> Service:
    """LocalStack's Step Functions with two caches in front of its parsers."""
    from localstack.services.stepfunctions.provider import StepFunctionsProvider

    parse_once()
    return Service.for_provider(StepFunctionsProvider())


@cache
def parse_once() -> None:
    """Puts the caches in front of the parsers, once however often it is called."""
    from localstack.services.stepfunctions.asl.component.common.path import result_path
    from localstack.services.stepfunctions.asl.parse import asl_parser
    from localstack.services.stepfunctions.asl.utils import json_path

    paths: tuple[Any, ...] = (result_path, json_path)
    for module in paths:
        module.parse = cache(module.parse)
    parser: Any = asl_parser.AmazonStateLanguageParser
    parser.parse = staticmethod(keeping_trees(parser.parse))


def keeping_trees(parse: Any) -> Any:
    """`parse` with its syntax trees kept by text.

    Only the tree, which is read and never written. The program made from it holds what one
    execution does, so each execution gets its own.
    """
    from localstack.services.stepfunctions.asl.parse.preprocessor import Preprocessor

    tree_of = lru_cache(MACHINES)(lambda definition: parse(definition)[1])

    def parse_anew(definition: str) -> tuple[Any, Any]:
        tree = tree_of(definition)
        preprocessor: Any = Preprocessor
        return preprocessor().visit(tree), tree

    return parse_anew
