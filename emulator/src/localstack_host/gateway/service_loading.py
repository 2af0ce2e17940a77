"""Loads services when they are first asked for.

One that is not offered is refused with an error that says how to enable it; LocalStack's own is an
internal failure, 501, that names a variable of this package's.

LocalStack notes that it has loaded a service before its operations are there. Requests that came in
between were answered with 501: here they wait.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from localstack_host.host import service_selection
from localstack_host.localstack_api import CommonServiceException

# AWS's code for a service that the account is not signed up for:
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
CODE = "OptInRequired"


def require_service(
    load: Callable[..., None], loader: Any, chain: Any, context: Any, response: Any
) -> None:
    """Wraps LocalStack's handler: returns when the service of a request is loaded.

    Raises OptInRequired if it is not offered.
    """
    require_offered(context, loader.service_manager)
    name = context.service.service_name if context.service else ""
    if name in vars(loader).setdefault("ready", set()):
        return
    with loader.service_locks[name]:
        load(loader, chain, context, response)
    loader.ready.add(name)


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
