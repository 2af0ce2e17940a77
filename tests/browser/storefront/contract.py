"""The page's calls against openapi.json: what it sends is what the API says it takes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
from playwright.sync_api import Request

from lab.core import paths

FILE = paths.FUNCTIONS / "checkout_api" / "openapi.json"


@cache
def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return content


def check(request: Request) -> None:
    """Raises AssertionError or ValidationError for a call that the document does not have."""
    parts = urlsplit(request.url)
    if not parts.path.startswith("/api/"):
        return
    path = parts.path.removeprefix("/api")
    operation = _operation(request.method.lower(), path)
    parameters = {p["name"].lower(): p for p in operation.get("parameters", [])}
    for name, value in parse_qsl(parts.query):
        _validate(_typed(value, parameters[name]["schema"]), parameters[name]["schema"])
    headers = request.headers
    for name, parameter in parameters.items():
        if parameter["in"] == "header" and (name in headers or parameter.get("required")):
            _validate(headers[name], parameter["schema"])
    assert ("security" in operation) >= ("authorization" in headers), path
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        _validate(json.loads(request.post_data or "null"), schema)
        assert headers["content-type"] == "application/json"
    else:
        assert request.post_data is None


def _operation(method: str, path: str) -> dict[str, Any]:
    for template, operations in document()["paths"].items():
        parts, wanted = path.split("/"), template.split("/")
        matches = (w == p or w.startswith("{") for w, p in zip(wanted, parts, strict=False))
        if len(parts) == len(wanted) and all(matches) and method in operations:
            return dict(operations[method])
    raise AssertionError(f"openapi.json has no {method.upper()} {path}")


def _typed(value: str, schema: dict[str, Any]) -> Any:
    return int(value) if schema.get("type") == "integer" else value


def _validate(value: Any, schema: dict[str, Any]) -> None:
    jsonschema.validate(value, {**schema, "components": document()["components"]})
