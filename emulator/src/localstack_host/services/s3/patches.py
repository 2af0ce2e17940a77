"""What of LocalStack's S3 is replaced."""

from __future__ import annotations

from typing import Any

from localstack_host.gateway.malformed_requests import reading
from localstack_host.localstack_api import replace


def apply_patches() -> None:
    """For the process, when S3 is loaded. `replace`, not `patch`: the provider imported the name.

    A policy that cannot be read is its sender's mistake, and no failure of S3's.
    """
    from localstack.services.s3 import provider

    untyped: Any = provider
    original = untyped.validate_post_policy

    def validate_post_policy(*arguments: Any, **named: Any) -> None:
        with reading("InvalidPolicyDocument", "Invalid Policy: it cannot be read"):
            original(*arguments, **named)

    replace(provider, "validate_post_policy", validate_post_policy)
