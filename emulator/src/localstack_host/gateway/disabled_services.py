"""A service that the emulator does not offer says how to get it.

LocalStack's own answer is an internal failure, 501, that names a variable which this package sets.
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

    So ssm needs secretsmanager. `services` is LocalStack's manager of those that there are.
    """
    name = context.service.service_name if context.service else ""
    if name in service_selection.DEFAULT:
        return  # nearly every request
    asked = service_selection.wanted()
    if name not in asked and services.exists(name) and not context.is_internal_call:
        text = f"The emulator does not offer {name} by default. To have it:"
        raise CommonServiceException(
            CODE, f"{text} {service_selection.hint(name, asked)}", HTTPStatus.FORBIDDEN, True
        )
