"""The patches that require credentials.

They patch the chain of handlers (`gate.py`), and the URLs that services serve outside of it
(`internal_resources.py`): the guarantee holds only with all of them.
"""

from __future__ import annotations

from localstack_host.authentication import gate, internal_resources, presigned_urls
from localstack_host.localstack_api import on_infra_start, patch, replace


@on_infra_start()
def apply_patches() -> None:
    """Applies the patches, when the emulator starts."""
    _patch_handlers()
    _patch_pages()
    _patch_presigned_urls()


def _patch_handlers() -> None:
    from localstack.aws.handlers.auth import MissingAuthHeaderInjector
    from localstack.aws.handlers.internal_requests import InternalRequestParamsEnricher
    from localstack.aws.handlers.service import (
        ServiceExceptionSerializer,
        ServiceNameParser,
        ServiceRequestParser,
    )

    patch(InternalRequestParamsEnricher.__call__)(gate.mark_internal_requests)
    patch(ServiceNameParser.__call__)(gate.require_service)
    patch(MissingAuthHeaderInjector.__call__)(gate.require_credentials)
    patch(ServiceRequestParser.__call__)(gate.check_unsigned_requests)
    patch(ServiceExceptionSerializer.create_exception_response)(gate.report_unreadable_tokens)


def _patch_pages() -> None:
    from localstack.services.apigateway.next_gen.execute_api.handlers.resource_router import (
        InvocationRequestRouter,
    )
    from localstack.services.lambda_.urlrouter import FunctionUrlRouter
    from localstack.services.s3.website_hosting import S3WebsiteHostingHandler
    from localstack.services.sqs import query_api

    patch(query_api.handle_request)(internal_resources.serve_queue_url)
    patch(FunctionUrlRouter.handle_lambda_url_invocation)(internal_resources.serve_function_url)
    patch(S3WebsiteHostingHandler.__call__)(internal_resources.serve_website)
    patch(InvocationRequestRouter.route_and_enrich)(internal_resources.authorize_method)


def _patch_presigned_urls() -> None:
    from localstack.services.s3 import presigned_url

    replace(presigned_url, "get_secret_access_key_from_access_key_id", presigned_urls.secret_of)
    patch(presigned_url.get_credentials_from_parameters)(presigned_urls.with_token)
