"""The entry point PROVIDER_OVERRIDE_SNS=host: LocalStack's SNS, with metrics."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import Service, provides
from localstack_host.services.sns import patches


@provides("sns")
def sns() -> Service:
    """LocalStack's SNS with its metrics."""
    from localstack.services.sns.provider import SnsProvider

    patches.apply_patches()
    untyped: Any = SnsProvider
    return Service.for_provider(untyped())
