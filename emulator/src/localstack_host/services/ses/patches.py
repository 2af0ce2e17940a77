"""What of LocalStack's SES is replaced: it keeps each mail three times, and forgets none."""

from __future__ import annotations

from typing import Any

from localstack_host.host.settings import KEPT_MAILS
from localstack_host.localstack_api import replace
from localstack_host.services.ses.mails import Latest, delete_file, forget_copies


def apply_patches() -> None:
    """For the process, when SES is loaded. `replace`, not `patch`: imported names and a constant.

    LocalStack's page of mails reads them from `EMAILS`.
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
