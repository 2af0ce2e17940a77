"""How moto reads a request: this service's are JSON, and are not searched for a form's fields."""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse


class Body:
    """As much of an HTTP request as moto reads of it, without a form."""

    def __init__(self, request: Any) -> None:
        self.body = request.get_data()
        self.method = request.method
        self.headers = request.headers


def setup_class(self: Any, request: Any, full_url: str, headers: Any, **_: Any) -> None:
    """DynamoHandler.setup_class: the body stays bytes, which `json.loads` takes as well."""
    BaseResponse.setup_class(self, Body(request), full_url, headers, use_raw_body=True)
