"""The patches of S3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localstack_host.gateway.malformed_requests import reading
from localstack_host.localstack_api import chain_handlers, patch, replace


def apply_patches() -> None:
    """Applies the patches, when S3 is loaded. `replace`: the provider has imported the name.

    A POST policy that cannot be parsed is a client error, not a failure. All responses name S3:
    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
    """
    from localstack.services.s3 import provider
    from localstack.services.s3.notifications import NotificationDispatcher

    patch(NotificationDispatcher.verify_configuration)(verify_form_first)
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


def verify_form_first(
    verify: Callable[..., None],
    dispatcher: Any,
    configuration: Any,
    skips_destinations: bool,
    *place: Any,
) -> None:
    """Wraps the check of a bucket's notifications: destinations are asked when all is well-formed.

    LocalStack sends a test event to the first destination before it looks at its filter.
    """
    verify(dispatcher, configuration, True, *place)
    if not skips_destinations:
        verify(dispatcher, configuration, False, *place)
