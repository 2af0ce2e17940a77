"""openapi.json is the documentation, the source of validation, and what Terraform deploys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, validate

from checkout_api import handler, problems
from lab.core.paths import ROOT
from tests.unit.shop.api import DOCUMENT, resolved, validator

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


@pytest.mark.parametrize("kind", ["schemas", "responses"])
def test_nothing_is_left_over(kind: str) -> None:
    used = {reference.rsplit("/", 1)[1] for reference in references(DOCUMENT) if kind in reference}
    assert set(DOCUMENT["components"][kind]) == used


RESPONSES = [
    pytest.param(operation["responses"][status], id=f"{method} {path} {status}")
    for method, path, operation in OPERATIONS
    for status in operation["responses"]
]


@pytest.mark.parametrize("response", RESPONSES)
def test_every_response_has_examples_and_they_are_valid(response: dict[str, Any]) -> None:
    ((media_type, content),) = resolved(response)["content"].items()
    named = content.get("examples", {"the one": {"value": content.get("example")}})
    schema = content["schema"]["$ref"].rsplit("/", 1)[1]
    assert (media_type == "application/problem+json") is (schema == "Problem")
    for example in named.values():
        validator(schema).validate(example["value"])


def test_every_example_of_a_problem_is_what_the_api_would_say() -> None:
    """Status, code and title of the handler's table, where it has the code."""
    table = {code: (status.value, title) for status, code, title in problems.PROBLEMS.values()}
    table.pop("NOT_FOUND")  # has a title for each thing that was not found
    for example in problem_examples(DOCUMENT):
        said = (example["status"], example["title"])
        assert table.get(example["code"], said) == said


def problem_examples(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and {"status", "title", "code"} <= node.keys() and "type" in node:
        if isinstance(node["status"], int):
            yield node
        return
    children = list(node.values()) if isinstance(node, dict) else node
    for child in children if isinstance(children, list) else []:
        yield from problem_examples(child)


def test_the_codes_are_those_of_the_handler_and_of_the_gateway() -> None:
    gateway = (ROOT / "terraform/modules/api-gateway/main.tf").read_text("utf-8")
    of_gateway = set(re.findall(r'code = "([A-Z_]+)"', gateway))
    of_handler = {code for _, code, _ in problems.PROBLEMS.values()} | {"INTERNAL"}
    documented = DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert set(documented) == of_handler | of_gateway
