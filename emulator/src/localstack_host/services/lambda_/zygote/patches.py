"""The patches of botocore in a zygote, and so in the functions that are forked from it.

Plain assignments: loading LocalStack and its `@patch` would take most of the memory of each
function.
"""

from __future__ import annotations

import threading
from typing import Any

from localstack_host.services.lambda_.zygote import direct_requests


def share_service_models(read: dict[Any, Any]) -> None:
    """Initializes the cache of new sessions' loaders with these service models.

    boto3 loads them for each session, and does not modify them. The folders in the function's
    AWS_DATA_PATH are still searched.
    """
    from botocore import session

    original = session.create_loader

    def create_loader(search_path_string: str | None = None) -> Any:
        loader = original(search_path_string)
        if search_path_string is None:
            vars(loader)["_cache"].update(read)
        return loader

    session.create_loader = create_loader


def send_directly() -> None:
    """Replaces the sending of ordinary requests; anything unusual is still botocore's."""
    from botocore import endpoint as botocore_endpoint

    patched: Any = botocore_endpoint
    original_make_request = patched.Endpoint.make_request
    original_send = patched.Endpoint._send
    first = threading.local()  # the response of the first attempt, or the exception

    def make_request(endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
        endpoint._update_retries_context(request_dict["context"], 1)
        response = direct.request(endpoint, operation_model, request_dict)
        if response is None:
            return original_make_request(endpoint, operation_model, request_dict)
        if not direct_requests.is_success(response):
            first.of, first.response = endpoint, response
            try:
                return original_make_request(endpoint, operation_model, request_dict)
            finally:
                first.of = None
        parser = endpoint._response_parser_factory.create_parser("json")
        received = botocore_endpoint.convert_to_response_dict(response, operation_model)
        parsed = parser.parse(received, operation_model.output_shape)
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        return response, parsed

    def send(endpoint: Any, request: Any) -> Any:
        if getattr(first, "of", None) is not endpoint:
            return original_send(endpoint, request)
        first.of = None
        if isinstance(first.response, Exception):
            raise first.response
        return first.response

    patched.Endpoint.make_request = make_request
    patched.Endpoint._send = send
    direct = direct_requests.DirectRequests()
