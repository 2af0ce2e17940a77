"""The patches of SES, which stores each mail three times, without a limit."""

from __future__ import annotations

from typing import Any

from localstack_host.host.settings import KEPT_MAILS
from localstack_host.localstack_api import replace
from localstack_host.services.ses.mails import Latest, delete_file, forget_copies


def apply_patches() -> None:
    """Applies the patches, when SES is loaded. `replace`: an imported name and a constant.

    LocalStack's page of mails reads `EMAILS`.
    """
    from localstack.services.ses import provider

    untyped: Any = provider
    original = untyped.call_moto

    def call_moto(context: Any, *more: Any, **options: Any) -> Any:
        response = original(context, *more, **options)
        forget_copies(context)
        return response

    replace(provider, "EMAILS", Latest(KEPT_MAILS.value(), delete_file))
    replace(provider, "call_moto", call_moto)
