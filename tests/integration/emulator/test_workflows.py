"""The caches in front of Step Functions' parsers change what parsing costs, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from lab import paths
from lab.emulator.workflows import keeping_trees

WORKFLOW = paths.TERRAFORM / "modules" / "checkout" / "workflow.asl.json"


@pytest.fixture
def parse() -> Callable[[str], Any]:
    from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser

    found: Callable[[str], Any] = AmazonStateLanguageParser.parse
    return found


def _told(program: object) -> str:
    """A program as text, without the addresses of its parts."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(program))


def test_a_kept_tree_gives_the_same_program(parse: Callable[[str], Any]) -> None:
    definition = WORKFLOW.read_text()
    program, _ = keeping_trees(parse)(definition)
    assert _told(program) == _told(parse(definition)[0])


def test_a_text_is_parsed_once_and_each_execution_gets_its_own_program(
    parse: Callable[[str], Any],
) -> None:
    parsed = []

    def counting(definition: str) -> Any:
        parsed.append(definition)
        return parse(definition)

    caching = keeping_trees(counting)
    first, second = (caching(WORKFLOW.read_text())[0] for _ in range(2))
    assert len(parsed) == 1
    assert first is not second
    assert _told(first) == _told(second)


def test_a_faulty_definition_is_refused_each_time(parse: Callable[[str], Any]) -> None:
    from localstack.services.stepfunctions.asl.parse.asl_parser import ASLParserException

    caching = keeping_trees(parse)
    for _ in range(2):
        with pytest.raises(ASLParserException):
            caching('{"StartAt": 1}')
