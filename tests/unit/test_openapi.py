"""openapi.json is the documentation, the source of validation, and what Terraform deploys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, validate

from checkout_api import handler, problems
from tests.unit.api import DOCUMENT, validator

OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def test_the_document_is_openapi_3_0() -> None:
    validate(DOCUMENT, cls=OpenAPIV30SpecValidator)


def test_the_routes_are_those_of_the_handler() -> None:
    """How many path parameters a route has, but not what the handler calls them."""
    routes = handler.app._static_routes + handler.app._dynamic_routes
    handled = {(route.method, re.sub("<.*?>", "{}", route.path)) for route in routes}
    documented = {(m.upper(), re.sub(r"\{.*?\}", "{}", path)) for m, path, _ in OPERATIONS}
    assert documented == handled


def test_nothing_in_the_document_knows_aws() -> None:
    assert "x-amazon" not in str(DOCUMENT)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_request_example_is_valid(method: str, path: str, operation: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {})
    for media_type in content.values():
        schema = media_type["schema"]["$ref"].rsplit("/", 1)[1]
        validator(schema).validate(media_type["example"])
    assert bool(content) is (method == "post")


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_an_operation_is_documented(method: str, path: str, operation: dict[str, Any]) -> None:
    assert {"operationId", "tags", "summary", "responses"} <= set(operation)
    problems_of = [s for s in operation["responses"] if s.startswith("4")]
    assert ("401" in problems_of) is ("security" in operation)


def test_every_status_of_a_problem_is_documented_somewhere() -> None:
    documented = {int(status) for _, _, o in OPERATIONS for status in o["responses"]}
    assert {status.value for status, _, _ in problems.PROBLEMS.values()} <= documented


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def test_no_schema_is_left_over() -> None:
    used = {reference.rsplit("/", 1)[1] for reference in references(DOCUMENT)}
    assert set(DOCUMENT["components"]["schemas"]) == used
