"""The patches of S3."""

from __future__ import annotations

from typing import Any

from localstack_host.gateway.malformed_requests import reading
from localstack_host.localstack_api import chain_handlers, replace


def apply_patches() -> None:
    """Applies the patches, when S3 is loaded. `replace`: the provider has imported the name.

    A POST policy that cannot be parsed is a client error, not a failure. All responses name S3:
    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
    """
    from localstack.services.s3 import provider

    untyped: Any = provider
    original = untyped.validate_post_policy

    def validate_post_policy(*arguments: Any, **named: Any) -> None:
        with reading("InvalidPolicyDocument", "Invalid Policy: it cannot be read"):
            original(*arguments, **named)

    replace(provider, "validate_post_policy", validate_post_policy)
    chain_handlers()["modify_service_response"].append("s3", name_server)


def name_server(_chain: Any, _context: Any, response: Any) -> None:
    """Adds the header `Server` to a response."""
    response.headers["Server"] = "AmazonS3"
