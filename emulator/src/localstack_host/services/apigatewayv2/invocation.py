"""A request to an HTTP API, as its routes, authorizers and integrations see it."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import Headers

from localstack_host.services.apigateway.patches import sent_body
from localstack_host.services.apigatewayv2.models import DEFAULT_ROUTE, DEFAULT_STAGE, Api, Resource

PATH_FORM = "/_aws/execute-api/"
# What belongs to a connection is not passed on: RFC 9110, section 7.6.1.
OF_A_CONNECTION = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding"})
TIME = "%d/%b/%Y:%H:%M:%S +0000"


@dataclass
class Invocation:
    """A request. `path` is without the stage, decoded; `route` is that of a deployment."""

    api: Api
    request: Any
    stage: Resource
    path: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(11) + "=")
    route: Resource = field(default_factory=dict)
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    authorizer: dict[str, Any] = field(default_factory=dict)
    authorizer_error: str = ""
    principal: str | None = None
    overwritten_path: str | None = None
    integration_status: int | None = None
    integration_latency_ms: int | None = None
    integration_error: str = ""
    error: str = ""
    epoch_ms: int = field(default_factory=lambda: int(time.time() * 1000))

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.request.method)

    @property
    def stage_name(self) -> str:
        """The name of the stage."""
        return str(self.stage["StageName"])

    @property
    def raw_path(self) -> str:
        """The path with the stage, but for the default stage."""
        prefix = "" if self.stage_name == DEFAULT_STAGE else f"/{self.stage_name}"
        return prefix + self.path

    @property
    def stage_variables(self) -> Mapping[str, str]:
        """The variables of the stage."""
        return self.stage.get("StageVariables") or {}

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The parameters of the query, decoded, in order."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @cached_property
    def raw_query(self) -> str:
        """The query as it was sent."""
        return bytes(self.request.query_string).decode("latin-1")

    @cached_property
    def body(self) -> bytes:
        """The body as it was sent."""
        return sent_body(self.request)

    @cached_property
    def headers(self) -> Headers:
        """The headers as they were sent, with those that API Gateway adds."""
        request = self.request
        sent = [(n, v) for n, v in request.headers if n.lower() not in OF_A_CONNECTION]
        headers = Headers(sent)
        forwarded = [*headers.getlist("X-Forwarded-For"), self.source_ip]
        headers["X-Forwarded-For"] = ", ".join(forwarded)
        headers["X-Forwarded-Port"] = str(request.environ.get("SERVER_PORT", ""))
        headers["X-Forwarded-Proto"] = str(request.environ.get("wsgi.url_scheme", "http"))
        headers["Content-Length"] = str(len(self.body))
        if "X-Amzn-Trace-Id" not in headers:
            headers["X-Amzn-Trace-Id"] = f"Root=1-{int(time.time()):x}-{secrets.token_hex(12)}"
        return headers

    @property
    def source_ip(self) -> str:
        """The address of the client."""
        return str(self.request.remote_addr or "127.0.0.1")

    @property
    def user_agent(self) -> str:
        """The client's program."""
        return str(self.request.headers.get("User-Agent", ""))

    @property
    def domain_name(self) -> str:
        """The host that the request was sent to."""
        return str(self.request.headers.get("Host", ""))

    @property
    def time(self) -> str:
        """When the request came, as in access logs."""
        return datetime.fromtimestamp(self.epoch_ms / 1000, UTC).strftime(TIME)

    @property
    def route_key(self) -> str:
        """The key of the route."""
        return str(self.route.get("RouteKey", ""))

    def source_arn(self) -> str:
        """The ARN of the route, for the policy of a function.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
        """
        if self.route_key == DEFAULT_ROUTE:
            return self.arn(f"{self.stage_name}/{DEFAULT_ROUTE}")
        method, _, path = self.route_key.partition(" ")
        return self.arn(f"{self.stage_name}/{'*' if method == 'ANY' else method}{path}")

    def method_arn(self) -> str:
        """The ARN of the request, for permissions and policies of authorizers."""
        return self.arn(f"{self.stage_name}/{self.method}{self.path}")

    def arn(self, resource: str) -> str:
        """An ARN in this API, in the service execute-api."""
        place = f"arn:aws:execute-api:{self.api.region}:{self.api.account}"
        return f"{place}:{self.api.id}/{resource}"

    def text_or_base64(self) -> tuple[str, bool]:
        """The body for a function's event, and whether it is encoded as Base64.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
        """
        if is_text(self.request.headers.get("Content-Type", "")):
            try:
                return self.body.decode(), False
            except UnicodeDecodeError:
                pass
        return base64.b64encode(self.body).decode(), True


def is_text(content_type: str) -> bool:
    """Whether a body of this type is text in events; that of a form is not."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("text/") or not kind:
        return True
    return kind in ("application/json", "application/javascript", "application/xml") or (
        kind.startswith("application/") and kind.endswith(("+json", "+xml"))
    )


def joined(pairs: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> dict[str, str]:
    """Names with their values, those of a name in one text with commas."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in found.items()}
