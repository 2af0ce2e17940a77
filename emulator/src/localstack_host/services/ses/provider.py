"""The entry point PROVIDER_OVERRIDE_SES=host: SES that stores at most `KEPT_MAILS` mails."""

from __future__ import annotations

from localstack_host.localstack_api import Service, falling_back_to_moto, provides


@provides("ses")
def ses() -> Service:
    """LocalStack's SES with a limit of stored mails."""
    from localstack.services.ses.provider import SesProvider

    from localstack_host.services.ses import patches

    patches.apply_patches()
    return falling_back_to_moto(SesProvider())
