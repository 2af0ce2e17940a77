"""Integrations with a URL (HTTP_PROXY): the request is passed on, and the response back.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html
As from REST APIs, requests may go to any address.
"""

from __future__ import annotations

import re
import time
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import HTTPError
from werkzeug.datastructures import Headers

from localstack_host.services.apigatewayv2.answers import OWN, Answer
from localstack_host.services.apigatewayv2.errors import failed, unavailable
from localstack_host.services.apigatewayv2.functions import with_variables
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Resource

PARAMETER = re.compile(r"\{([^{}+]+)\+?\}")
VIA = "HTTP/1.1 AmazonAPIGateway"
REPLACED = frozenset({"host", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"})
# The body is passed on as it is decoded here.
DECODED = frozenset({"content-encoding"})
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
LARGEST = 10 * 1024 * 1024  # bytes of a response
PART = 64 * 1024


def ask(integration: Resource, invocation: Invocation) -> Answer:
    """The response of a URL. Raises Refused, 503, if it does not answer."""
    if integration.get("ConnectionType") == "VPC_LINK":
        raise unavailable("The emulator has no VPC: a private integration cannot be reached")
    url = url_of(integration["IntegrationUri"], invocation)
    method = integration.get("IntegrationMethod") or "ANY"
    timeout = integration["TimeoutInMillis"] / 1000
    try:
        with requests.request(
            invocation.method if method == "ANY" else method,
            url,
            headers=_headers(invocation),
            data=invocation.body or None,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _body(response, time.monotonic() + timeout)
    except requests.exceptions.InvalidURL as error:
        raise failed(f"{url} is not the address of an integration") from error
    except (requests.RequestException, HTTPError, ValueError) as error:
        raise unavailable(f"{url} does not answer: {error}") from error
    left_out = OWN | DECODED
    headers = [(n, v) for n, v in response.raw.headers.items() if n.lower() not in left_out]
    return Answer(response.status_code, Headers(headers), body)


def _body(response: requests.Response, deadline: float) -> bytes:
    """The body, decoded. Raises Refused, as it may have no end: 500 if too large, 503 if late."""
    found = bytearray()
    # Of iter_content a part is complete; a server that sends byte by byte would hold it for hours.
    while part := response.raw.read1(PART, decode_content=True):
        found += part
        if len(found) > LARGEST:
            raise failed(f"The response of {response.url} has more than {LARGEST} bytes")
        if time.monotonic() > deadline:
            raise unavailable(f"The response of {response.url} has no end")
    return bytes(found)


def url_of(uri: str, invocation: Invocation) -> str:
    """The address, with the values of path parameters and stage variables, and the query."""
    values = invocation.path_parameters
    filled = with_variables(uri, invocation.stage_variables)
    filled = PARAMETER.sub(lambda match: quote(values.get(match[1], ""), safe="/"), filled)
    parts = urlsplit(filled)
    if invocation.overwritten_path is not None:
        path = "/" + quote(invocation.overwritten_path.lstrip("/"), safe="/%")
        parts = parts._replace(path=path)
    query = "&".join(text for text in (parts.query, invocation.raw_query) if text)
    return parts._replace(query=query).geturl()


def _headers(invocation: Invocation) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in invocation.headers:
        if name.lower() not in REPLACED and name.lower() != "content-length":
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    forwarded = f"for={invocation.source_ip};host={invocation.domain_name};proto=http"
    return {**headers, "Forwarded": forwarded, "Via": VIA}
