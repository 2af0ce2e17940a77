"""The entry point PROVIDER_OVERRIDE_SES=host: SES with its sandbox, and a limit of stored mails."""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import Service, falling_back_to_moto, provides


@provides("ses")
def ses() -> Service:
    """LocalStack's SES with a limit of stored mails."""
    from localstack.services.ses.provider import SesProvider

    from localstack_host.services.ses import patches
    from localstack_host.services.ses.sandbox import SANDBOX

    patches.apply_patches()
    service = falling_back_to_moto(SesProvider())
    skeleton: Any = service.skeleton
    skeleton.dispatch_table = SANDBOX.guard(skeleton.dispatch_table)
    return service
