"""What is replaced so that a request has to say whose it is.

In the chain of handlers (`gate.py`), and for the pages that services serve beside it
(`internal_resources.py`): they are together here because one guarantee needs all of them.
"""

from __future__ import annotations

from localstack_host.authentication import gate, internal_resources
from localstack_host.localstack_api import on_infra_start, patch


@on_infra_start()
def apply_patches() -> None:
    """For the process, when it starts."""
    _patch_handlers()
    _patch_pages()


def _patch_handlers() -> None:
    from localstack.aws.handlers.auth import MissingAuthHeaderInjector
    from localstack.aws.handlers.internal_requests import InternalRequestParamsEnricher
    from localstack.aws.handlers.service import (
        ServiceExceptionSerializer,
        ServiceNameParser,
        ServiceRequestParser,
    )

    patch(InternalRequestParamsEnricher.__call__)(gate.trusts_only_itself)
    patch(ServiceNameParser.__call__)(gate.names_a_service)
    patch(MissingAuthHeaderInjector.__call__)(gate.asks_for_credentials)
    patch(ServiceRequestParser.__call__)(gate.serves_nobody_more_than_aws)
    patch(ServiceExceptionSerializer.create_exception_response)(gate.reads_tokens)


def _patch_pages() -> None:
    from localstack.services.apigateway.next_gen.execute_api.handlers.resource_router import (
        InvocationRequestRouter,
    )
    from localstack.services.lambda_.urlrouter import FunctionUrlRouter
    from localstack.services.s3.website_hosting import S3WebsiteHostingHandler
    from localstack.services.sqs import query_api

    patch(query_api.handle_request)(internal_resources.of_a_queue)
    patch(FunctionUrlRouter.handle_lambda_url_invocation)(internal_resources.of_a_function)
    patch(S3WebsiteHostingHandler.__call__)(internal_resources.of_a_website)
    patch(InvocationRequestRouter.route_and_enrich)(internal_resources.of_a_method)
