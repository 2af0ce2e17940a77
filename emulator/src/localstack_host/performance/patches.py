"""Patches for performance, for all services. The results are those of the originals.

`patch` for functions, where they are defined; `replace` for functions that another decorator has
wrapped, and for those that are only cached.
"""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from localstack_host.host import service_selection
from localstack_host.localstack_api import config, on_infra_start, patch, replace
from localstack_host.performance import (
    content_types,
    in_process_calls,
    internal_clients,
    service_models,
    shortcuts,
)
from localstack_host.performance.service_index import load_or_build

# The priority of a hook: before those that import modules which read service models on import.
FIRST = 100


@on_infra_start(priority=FIRST)
def apply_early_patches() -> None:
    """Patches the loaders of botocore and moto, and the index that is built from the models."""
    from botocore.loaders import JSONFileLoader
    from localstack.aws import spec
    from moto.utilities import utils

    untyped: Any = JSONFileLoader
    replace(JSONFileLoader, "load_file", service_models.cached_by_path(untyped.load_file))

    @patch(untyped._load_file, pass_target=False)
    def load_file(_loader: object, path: str, open_file: Any) -> Any:
        return service_models.load_plain(path, open_file)

    @patch(spec.build_service_index_cache, pass_target=False)
    def build_service_index_cache(path: str) -> Any:
        return load_or_build(path)

    if not service_selection.requested():

        @patch(utils.load_resource)
        def load_resource(original: Any, package: str, resource: str) -> Any:
            return service_models.without_instance_types(original, package, resource)


@on_infra_start()
def apply_patches() -> None:
    """Patches functions that are called for every request."""
    from localstack.aws.api import core
    from localstack.aws.connect import ClientFactory, ServiceLevelClientFactory
    from localstack.aws.protocol.serializer import ResponseSerializer
    from moto.core import responses

    factory: Any = ClientFactory
    get_client = internal_clients.cached_by_service(ServiceLevelClientFactory.get_client)
    replace(ServiceLevelClientFactory, "get_client", get_client)
    create_client = internal_clients.cached_by_content(factory._get_client.__wrapped__)
    replace(factory, "_get_client", create_client)
    replace(
        factory,
        "with_assumed_role",
        internal_clients.cached_with_expiry(factory.with_assumed_role),
    )
    # Pure functions: the methods of a class, the content type for an Accept header.
    untyped: Any = responses
    replace(untyped, "method_names_from_class", cache(untyped.method_names_from_class))
    serializer: Any = ResponseSerializer
    get_mime_type = content_types.cached_by_headers(serializer._get_mime_type)
    replace(serializer, "_get_mime_type", get_mime_type)
    ids: Any = core
    replace(ids, "long_uid", request_id)
    if shortcuts.are_taken():
        patch_internal_clients()


_random = Random()  # noqa: S311 - the ids of requests are no secrets


def request_id() -> str:
    """The id of a request, a UUID of version 4.

    `uuid.uuid4` asks the system for each, and a thread may lose the interpreter's lock meanwhile.
    """
    return str(UUID(int=_random.getrandbits(128), version=4))


def patch_internal_clients() -> None:
    """Calls providers without HTTP, for some operations."""
    from localstack.aws.connect import InternalClientFactory, get_service_endpoint
    from localstack.runtime import get_current_runtime

    @patch(InternalClientFactory._get_client_post_hook)
    def call_in_process(original: Any, factory: Any, client: Any) -> Any:
        client = original(factory, client)
        if config.IN_MEMORY_CLIENT and client.meta.endpoint_url == get_service_endpoint():
            gateway = get_current_runtime().components.gateway
            in_process_calls.make_in_process(client, gateway)
        return client
