"""Refuses services that the emulator does not offer, with an error that says how to enable them.

LocalStack's own response is an internal failure, 501, that names a variable of this package's.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from localstack_host.host import service_selection
from localstack_host.localstack_api import CommonServiceException

# AWS's code for a service that the account is not signed up for:
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
CODE = "OptInRequired"


def require_offered(context: Any, services: Any) -> None:
    """Refuses a service that is not offered; the emulator itself may use it.

    For example, ssm calls secretsmanager. `services` is LocalStack's service manager.
    """
    name = context.service.service_name if context.service else ""
    if name in service_selection.DEFAULT:
        return  # nearly every request
    requested = service_selection.requested()
    if name not in requested and services.exists(name) and not context.is_internal_call:
        text = f"The emulator does not offer {name} by default. To have it:"
        raise CommonServiceException(
            CODE, f"{text} {service_selection.hint(name, requested)}", HTTPStatus.FORBIDDEN, True
        )
