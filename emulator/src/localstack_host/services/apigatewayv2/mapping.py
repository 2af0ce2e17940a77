"""Parameter mapping: changes of a request before its integration, and of a response after it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from werkzeug.datastructures import Headers

from localstack_host.services.apigatewayv2.answers import Answer
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Resource
from localstack_host.services.apigatewayv2.values import filled

STATUS = re.compile("[2-5][0-9][0-9]")  # of a final response: RFC 9110, section 15
APPEND, OVERWRITE, REMOVE = "append", "overwrite", "remove"
Change = tuple[str, str, str, str | None]  # action, place, name and value


def mapped_request(integration: Resource, invocation: Invocation) -> Invocation:
    """The request as the integration gets it; `invocation` is not changed."""
    parameters = integration.get("RequestParameters") or {}
    if not parameters or integration.get("IntegrationSubtype"):
        return invocation
    new = replace(invocation)
    new.headers, new.query = invocation.headers.copy(), list(invocation.query)
    for action, place, name, value in list(_changes(parameters, invocation)):
        if place == "header":
            _change_header(new.headers, action, name, value)
        elif place == "querystring":
            new.query = _changed_query(new.query, action, name, value)
        elif place == "path" and action == OVERWRITE and value is not None:
            new.overwritten_path = value
    if new.query != invocation.query:
        new.raw_query = urlencode(new.query)
    return new


def map_response(integration: Resource, invocation: Invocation, answer: Answer) -> None:
    """Changes a response as its status's parameters say."""
    by_status = integration.get("ResponseParameters") or {}
    parameters = by_status.get(str(answer.status)) or {}
    status = answer.status
    for action, place, name, value in list(_changes(parameters, invocation, answer)):
        if place == "header":
            _change_header(answer.headers, action, name, value)
        elif place == "statuscode" and STATUS.fullmatch(value or ""):
            status = int(value or status)
    answer.status = status


def _changes(
    parameters: Mapping[str, str], invocation: Invocation, answer: Answer | None = None
) -> Iterator[Change]:
    for key, text in parameters.items():
        action, _, place = key.partition(":")
        place, _, name = place.partition(".")
        value = None if action == REMOVE else filled(text, invocation, answer)
        if value is not None or action == REMOVE:
            yield action, place, name, value


def _change_header(headers: Headers, action: str, name: str, value: str | None) -> None:
    if action in (OVERWRITE, REMOVE):
        headers.remove(name)
    if value is not None:
        headers.add(name, value.replace("\r", " ").replace("\n", " "))


def _changed_query(
    query: list[tuple[str, str]], action: str, name: str, value: str | None
) -> list[tuple[str, str]]:
    kept = [pair for pair in query if action == APPEND or pair[0] != name]
    return kept if value is None else [*kept, (name, value)]
