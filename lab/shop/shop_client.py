"""A client of the checkout's HTTP API, for the lab, its tests and its lessons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import api_key

# API Gateway times out after 29 s. A longer timeout here lets the client see its 504.
TIMEOUT_S = 35.0
JsonObject = dict[str, Any]


class ApiError(LabError):
    """The API returned an error. The message is made from its problem details."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.problem = _json_object(response)
        self.problem_code = str(self.problem.get("code", ""))
        super().__init__(_message(response.status_code, self.problem), _advice(self.problem_code))


def _json_object(response: httpx.Response) -> JsonObject:
    try:
        body = response.json()
    except ValueError:
        return {"detail": response.text[:300]}
    return body if isinstance(body, dict) else {"detail": str(body)[:300]}


def _message(status: int, problem: Mapping[str, Any]) -> str:
    name = problem.get("code") or problem.get("title") or "error"
    what = problem.get("detail") or problem.get("title") or problem.get("message") or ""
    lines = [f"The API answered {status} {name}: {what}".rstrip(": ")]
    errors = problem.get("errors") or []
    lines += [f"  {error.get('pointer') or '/'}: {error.get('message')}" for error in errors]
    return "\n".join(lines)


def _advice(code: str) -> str:
    return {
        "API_KEY_REQUIRED": f"Send the key as {api_key.HEADER}: see docs/environments.md.",
        "UNAUTHORIZED": "`lab token --customer ID` prints a fresh token.",
        "IDEMPOTENCY_CONFLICT": "Use another --key for another cart.",
        "NO_PAYMENT_GATEWAY": "docs/environments.md says how; on the laptop: simulated.",
        "NOT_CONFIGURED": "`lab logs checkout-api` names it; docs/runbook.md says what to do.",
        "TOO_MANY_REQUESTS": "Try again in a moment. `lab status` says if orders are refused.",
        "PRICE_CHANGED": "Ask for a new quote, or leave `expectedTotal` out.",
    }.get(code, "")


@dataclass(frozen=True)
class CheckoutApi:
    """The API at one base URL, called as one customer (anonymously without a token)."""

    http: clients.HttpClient

    @classmethod
    def at(
        cls,
        base_url: str,
        token: str = "",
        transport: httpx.BaseTransport | None = None,
        key: str = "",
    ) -> CheckoutApi:
        """A client for `base_url` that sends `token` and the API key with every request."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {api_key.HEADER: key} if key else {}
        return cls(clients.http(base_url, headers=headers, timeout=TIMEOUT_S, transport=transport))

    @classmethod
    def of(cls, target: Target, customer: str = "") -> CheckoutApi:
        """A client for a deployed environment, signed in as `customer` unless it is empty."""
        from lab.shop import tokens

        token = tokens.mint(target, customer) if customer else ""
        return cls.at(base_url(target), token, key=api_key.read(target))

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Sends one request and returns the response; `options` are those of httpx."""
        return self.http.request(method, path, **options)

    def health(self) -> JsonObject:
        """The response of `GET /health`."""
        return self._request("GET", "/health")

    def products(self, **query: str | int) -> JsonObject:
        """A page of products: `{items, nextCursor}`; `query` is category, limit, cursor."""
        return self._request("GET", "/products", params=query)

    def product(self, sku: str) -> JsonObject:
        """One product."""
        return self._request("GET", f"/products/{sku}")

    def quote(self, request: Mapping[str, Any]) -> JsonObject:
        """What a cart costs."""
        return self._request("POST", "/quotes", json=request)

    def checkout(self, request: Mapping[str, Any], key: str) -> JsonObject:
        """Places an order under an idempotency key: `{orderId, status, links}`.

        Raises LabError (code 2) for a key that no header can have.
        """
        if not (key.isascii() and key.isprintable()):
            raise LabError(f"{key!r} is no idempotency key.", "Use letters and digits.", code=2)
        return self._request("POST", "/checkout", json=request, headers={"Idempotency-Key": key})

    def order(self, order_id: str) -> JsonObject:
        """One of the customer's own orders."""
        return self._request("GET", f"/orders/{order_id}")

    def orders(self, **query: str | int) -> JsonObject:
        """A page of the customer's orders, newest first."""
        return self._request("GET", "/orders", params=query)

    def _request(self, method: str, path: str, **options: Any) -> JsonObject:
        response = self.send(method, path, **options)
        if response.is_success:
            return _json_object(response)
        raise ApiError(response)


def base_url(target: Target) -> str:
    """The URL of the environment's API, without a trailing slash.

    Raises LabError if API Gateway has no REST API with the environment's name.
    """
    api_id = rest_api_id(target)
    stage = target.environment
    if target.endpoint is None:
        return f"https://{api_id}.execute-api.{target.region}.amazonaws.com/{stage}"
    return f"{target.endpoint.rstrip('/')}/_aws/execute-api/{api_id}/{stage}"


def rest_api_id(target: Target) -> str:
    """The id of the environment's REST API. Raises the LabError of `base_url`."""
    name = target.prefix
    pages = target.client("apigateway").get_paginator("get_rest_apis").paginate()
    for page in pages:
        for api in page.get("items", []):
            if api["name"] == name:
                return str(api["id"])
    raise LabError(
        f"The environment {target.environment} is not deployed here: "
        f"no REST API is named {name} at {target.place}.",
        f"Deploy it with `lab deploy {target.environment}`.",
    )
