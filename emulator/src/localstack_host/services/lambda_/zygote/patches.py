"""The patches of botocore in a zygote, and so in the functions that are forked from it.

Plain assignments: loading LocalStack and its `@patch` would take most of the memory of each
function.
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.lambda_.zygote.direct_calls import DirectCalls


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


def call_directly() -> None:
    """Replaces the making of ordinary calls; anything unusual is still botocore's."""
    from botocore.client import BaseClient
    from botocore.endpoint import Endpoint

    client_class: Any = BaseClient
    endpoint_class: Any = Endpoint
    original_make_request, original_send = endpoint_class.make_request, endpoint_class._send
    direct = DirectCalls(client_class._make_api_call)

    def make_api_call(client: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        return direct.call(client, operation_name, api_params)

    def make_request(endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
        direct.prepare(endpoint, request_dict["context"])
        return original_make_request(endpoint, operation_model, request_dict)

    def send(endpoint: Any, request: Any) -> Any:
        first = direct.take_first(endpoint)
        return original_send(endpoint, request) if first is None else first

    client_class._make_api_call = make_api_call
    endpoint_class.make_request = make_request
    endpoint_class._send = send
    direct.remember_methods()
