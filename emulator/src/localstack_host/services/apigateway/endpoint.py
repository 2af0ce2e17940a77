"""The addresses of APIs, which REST APIs and HTTP APIs share."""

from __future__ import annotations

from typing import Any

from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint

from localstack_host.services.apigatewayv2.models import api_with


class Endpoint(ApiGatewayEndpoint):
    """LocalStack's endpoint of REST APIs, which passes requests to HTTP APIs on."""

    def __call__(self, request: Any, **named: Any) -> Any:
        """The response to a request at `named["api_id"]`, whose case does not matter."""
        api = api_with(named.get("api_id", "").lower())
        if api is None:
            return super().__call__(request, **named)
        from localstack_host.services.apigatewayv2 import gateway

        return gateway.serve(request, api)
