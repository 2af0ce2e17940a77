"""The patches of LocalStack's handlers and parsers.

`patch` where a function is replaced where it is defined; `replace` for a static method and for a
module that another one has imported.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from localstack_host.gateway import (
    form_parsing,
    internal_resources,
    malformed_requests,
    named_operations,
    service_loading,
)
from localstack_host.localstack_api import add, on_infra_start, patch, replace
from localstack_host.performance import shortcuts


@on_infra_start()
def apply_patches() -> None:
    """Applies the patches, when the emulator starts."""
    patch_forms()
    _patch_malformed_requests()
    _patch_internal_resources()
    _patch_loading()
    if shortcuts.are_taken():
        _patch_named_operations()


def patch_forms() -> None:
    """Parses forms in linear time: both parsers take quadratic time."""
    from localstack.aws.protocol.parser import QueryRequestParser
    from werkzeug.sansio.multipart import MultipartDecoder

    queries: Any = QueryRequestParser
    replace(queries, "_filter_node", staticmethod(form_parsing.grouped(queries._filter_node)))

    @patch(MultipartDecoder._parse_headers)
    def parse_headers(original: Any, decoder: Any, data: Any) -> Any:
        form_parsing.require_short_header(data)
        return original(decoder, data)


def _patch_malformed_requests() -> None:
    """Reports exceptions of the parsers as client errors; LocalStack reports them as 500."""
    from localstack.aws.handlers import codec
    from localstack.aws.handlers.presigned_url import ParsePreSignedUrlRequest
    from localstack.aws.handlers.service import ServiceExceptionSerializer, ServiceRequestParser

    replace(codec, "gzip", SimpleNamespace(GzipFile=malformed_requests.Inflated))

    @patch(ServiceRequestParser.parse_and_enrich)
    def parse_and_enrich(original: Any, parser: Any, context: Any) -> None:
        with malformed_requests.reading_an_operation(context):
            original(parser, context)

    @patch(ParsePreSignedUrlRequest.__call__)
    def parse_signature(original: Any, *arguments: Any) -> None:
        message = "The signature in the address cannot be read"
        with malformed_requests.reading("AuthorizationQueryParametersError", message):
            original(*arguments)

    @patch(ServiceExceptionSerializer.create_exception_response)
    def create_exception_response(
        original: Any, serializer: Any, exception: Exception, context: Any
    ) -> Any:
        rendered = malformed_requests.as_service_error(exception, context)
        return original(serializer, rendered, context)


def _patch_internal_resources() -> None:
    """Serves only some of LocalStack's internal pages, and none for a request of an operation."""
    from localstack.aws.handlers.internal import LocalstackResourceHandler
    from localstack.aws.handlers.legacy import EdgeRouterHandler

    @patch(LocalstackResourceHandler.__call__)
    def serve_internal(original: Any, pages: Any, chain: Any, context: Any, response: Any) -> None:
        if internal_resources.is_internal(context.request):
            internal_resources.serve(original, pages, chain, context, response)

    # Not `RouterHandler`, which defines the method: it is rolo's and used elsewhere.
    routed: Any = EdgeRouterHandler
    original = routed.__call__

    def serve_routes(pages: Any, chain: Any, context: Any, response: Any) -> None:
        if internal_resources.may_be_a_page(context.request):
            internal_resources.serve(original, pages, chain, context, response)

    replace(routed, "__call__", serve_routes)


def _patch_loading() -> None:
    """Loads a service only if it is offered, and lets nobody use it before it is loaded."""
    from localstack.aws.handlers.service_plugin import ServiceLoader

    patch(ServiceLoader.require_service)(service_loading.require_service)


def _patch_named_operations() -> None:
    """Passes the requests of SDKs through the handlers that they need."""
    from localstack.aws.app import LocalstackAwsGateway

    original: Any = LocalstackAwsGateway.process  # rolo's, which others inherit, too

    def process(gateway: Any, request: Any, response: Any) -> None:
        if not named_operations.of_gateway(gateway).process(request, response):
            original(gateway, request, response)

    add(LocalstackAwsGateway, "process", process)
