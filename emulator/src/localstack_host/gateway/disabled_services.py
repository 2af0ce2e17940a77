"""A service that the emulator does not offer says how to get it.

LocalStack's own answer is an internal failure, 501, that names a variable which this package sets.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.runtime import hooks

from localstack_host.host import service_selection

# AWS's code for a service that the account is not signed up for:
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
CODE = "OptInRequired"


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def say_how_to_switch_on() -> None:
    """The hook `localstack.hooks.on_infra_start`."""
    from localstack.aws.handlers.service_plugin import ServiceLoader

    loader: Any = ServiceLoader
    asked = service_selection.wanted()
    offered = service_selection.DEFAULT | asked
    loader.require_service = only_offered(loader.require_service, offered, asked)


def only_offered(
    require: Callable[..., None], offered: frozenset[str], asked: frozenset[str]
) -> Callable[..., None]:
    """`require` for these; the emulator itself may use others: ssm needs secretsmanager."""

    def required(self: Any, chain: Any, context: Any, response: Any) -> None:
        name = context.service.service_name if context.service else ""
        hidden = name not in offered and self.service_manager.exists(name)
        if hidden and not context.is_internal_call:
            text = f"The emulator does not offer {name} by default. To have it:"
            raise CommonServiceException(
                CODE, f"{text} {service_selection.hint(name, asked)}", HTTPStatus.FORBIDDEN, True
            )
        require(self, chain, context, response)

    return required
