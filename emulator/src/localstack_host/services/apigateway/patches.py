"""The patches of API Gateway. Overridden classes are in `gateway.py`."""

from __future__ import annotations

import zlib
from typing import Any

from localstack_host.localstack_api import patch, replace

NOT_TEXT = b"\xff"


def apply_patches() -> None:
    """Applies the patches, when API Gateway is loaded."""
    from localstack.services.apigateway.next_gen.execute_api.handlers import parse
    from localstack.services.apigateway.next_gen.execute_api.integrations import aws
    from moto.apigateway.models import UsagePlan

    from localstack_host.services.apigateway import integrations, usage_plans

    patch(UsagePlan.apply_patch_operations)(usage_plans.apply_operations)
    patch_paths()
    patch_templates()
    patch_requests()
    patch_integrations()
    # `replace`: it is cached.
    replace(aws, "get_internal_mocked_headers", integrations.headers)
    # The body as it was sent, not parsed as a form. `replace`: the name was imported.
    replace(parse, "restore_payload", sent_body)


def patch_templates() -> None:
    """Mapping templates have Java's methods, and $util is as it is documented."""
    from airspeed import operators  # type: ignore[import-untyped]
    from localstack.services.apigateway.next_gen.execute_api import template_mapping

    from localstack_host.services.apigateway import templates

    known = operators.__additional_methods__
    replace(operators, "__additional_methods__", templates.methods(known))
    patch(operators.ValueList.calculate)(templates.list_literal)
    patch(operators.DictionaryLiteral.calculate)(templates.map_literal)
    util = template_mapping.VelocityUtilApiGateway
    patch(util.base64Decode)(templates.base64_decode)
    patch(util.escapeJavaScript)(templates.escape_java_script)


def patch_requests() -> None:
    """What a request says of itself, and what of it is validated."""
    from localstack.services.apigateway.next_gen.execute_api.handlers import parse
    from localstack.services.apigateway.next_gen.execute_api.handlers.integration_request import (
        IntegrationRequestHandler,
    )
    from localstack.services.apigateway.next_gen.execute_api.handlers.method_request import (
        MethodRequestHandler,
    )

    from localstack_host.services.apigateway import request_details

    replace(parse, "timestamp", request_details.request_time)
    replace(
        IntegrationRequestHandler,
        "_set_proxy_headers",
        staticmethod(request_details.set_proxy_headers),
    )
    replace(
        MethodRequestHandler,
        "_get_missing_required_parameters",
        staticmethod(request_details.missing_parameters),
    )
    is_valid = MethodRequestHandler._is_body_valid
    replace(
        MethodRequestHandler,
        "_is_body_valid",
        staticmethod(request_details.validating_models_of_the_media_type(is_valid)),
    )


def patch_integrations() -> None:
    """Integrations answer in their time, and a function's answer has the form of one."""
    from localstack.services.apigateway.next_gen.execute_api.integrations import aws, http

    from localstack_host.services.apigateway import integration_failures

    patch(aws.RestApiAwsProxyIntegration.parse_lambda_response)(integration_failures.answer)
    for kind in (http.RestApiHttpIntegration, http.RestApiHttpProxyIntegration):
        patch(kind.invoke)(integration_failures.unreachable)


def patch_paths() -> None:
    """Allows a line feed (%0A) in paths, which werkzeug's pattern does not match."""
    from werkzeug.routing import PathConverter

    replace(PathConverter, "regex", "(?s:[^/].*?)")


def sent_body(request: Any) -> bytes:
    """The body of a request to an API."""
    if request.shallow:
        return b""
    try:
        return bytes(request.get_data(cache=True, parse_form_data=False))
    except (OSError, EOFError, zlib.error):
        # Not compressed as its header declares. AWS would pass it on unchanged: not text.
        return NOT_TEXT
