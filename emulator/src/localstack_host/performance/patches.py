"""What is replaced because it costs too much, for all services. Each answers as the original does.

`patch` where a function is replaced where it is defined; `replace` for what another decorator has
wrapped, and for what is put behind a cache as it is.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from localstack_host.host import service_selection
from localstack_host.localstack_api import on_infra_start, patch, replace
from localstack_host.performance import content_types, internal_clients, service_models
from localstack_host.performance.service_index import made_elsewhere

# Of a hook: before the others, which import parts of LocalStack that read descriptions at once.
FIRST = 100


@on_infra_start(priority=FIRST)
def apply_early_patches() -> None:
    """For all of botocore's loaders, and moto's; and the index, which is made from all of them."""
    from botocore.loaders import JSONFileLoader
    from localstack.aws import spec
    from moto.utilities import utils

    untyped: Any = JSONFileLoader
    replace(JSONFileLoader, "load_file", service_models.once_for_all(untyped.load_file))

    @patch(untyped._load_file, pass_target=False)
    def load_file(_loader: object, path: str, open_file: Any) -> Any:
        return service_models.plain(path, open_file)

    @patch(spec.build_service_index_cache, pass_target=False)
    def build_service_index_cache(path: str) -> Any:
        return made_elsewhere(path)

    if not service_selection.wanted():

        @patch(utils.load_resource)
        def load_resource(original: Any, package: str, resource: str) -> Any:
            return service_models.without_machines(original, package, resource)


@on_infra_start()
def apply_patches() -> None:
    """What is worked out again for every request."""
    from localstack.aws.connect import ClientFactory, ServiceLevelClientFactory
    from localstack.aws.protocol.serializer import ResponseSerializer
    from moto.core import responses

    factory: Any = ClientFactory
    chosen = internal_clients.kept_by_service(ServiceLevelClientFactory.get_client)
    replace(ServiceLevelClientFactory, "get_client", chosen)
    made = internal_clients.kept_by_content(factory._get_client.__wrapped__)
    replace(factory, "_get_client", made)
    replace(
        factory,
        "with_assumed_role",
        internal_clients.kept_for_a_while(factory.with_assumed_role),
    )
    # Pure functions: the methods of a class, the content type for an Accept header.
    untyped: Any = responses
    replace(untyped, "method_names_from_class", cache(untyped.method_names_from_class))
    serializer: Any = ResponseSerializer
    chosen_type = content_types.kept_by_headers(serializer._get_mime_type)
    replace(serializer, "_get_mime_type", chosen_type)
