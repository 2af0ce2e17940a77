"""What is replaced so that DynamoDB's requests and tables are the engine's."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import on_infra_start, patch, replace


@on_infra_start()
def apply_patches() -> None:
    """Applies the patches when the process starts."""
    _patch_requests()
    _patch_tagged_resources()


def _patch_requests() -> None:
    """The engine reads requests by itself: LocalStack's parser walks through each value of them."""
    from localstack.aws.handlers.service import ServiceRequestParser

    from localstack_host.services.dynamodb.provider import engine
    from localstack_host.services.dynamodb.requests import SERVICES, read

    @patch(ServiceRequestParser.parse_and_enrich)
    def parse_and_enrich(original: Any, parser: Any, context: Any) -> None:
        if context.service.service_name not in SERVICES or not read(engine(), context):
            original(parser, context)


def _patch_tagged_resources() -> None:
    """The Resource Groups Tagging API is moto's, and looks for tables in moto."""
    from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

    from localstack_host.services.dynamodb.tagging import TaggedTables

    tables = property(lambda backend: TaggedTables(backend.account_id, backend.region_name))
    replace(ResourceGroupsTaggingAPIBackend, "dynamodb_backend", tables)
