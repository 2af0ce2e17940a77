"""The entry point: LocalStack runs this hook when it starts."""

from __future__ import annotations

import os
from typing import Any

from localstack.runtime import hooks

from localstack_host.host.environment import IAM_VARIABLE

ON, OFF = "enforced", "off"
PATH = "/_host/iam"


@hooks.on_infra_start(should_load=lambda: os.environ.get(IAM_VARIABLE, ON) == ON)  # type: ignore[untyped-decorator]
def enforce_permissions() -> None:
    """Puts the check into the chain of handlers, and its record at `/_host/iam`."""
    from localstack.aws.handlers import serve_custom_service_request_handlers
    from localstack.services.edge import ROUTER

    from localstack_host.services.iam import log_group_creation
    from localstack_host.services.iam.handler import PermissionCheck
    from localstack_host.services.iam.usage import Usage

    log_group_creation.mend()
    usage = Usage()
    permissions = PermissionCheck(usage)
    handlers: Any = serve_custom_service_request_handlers
    router: Any = ROUTER
    handlers.append(lambda _chain, context, _response: permissions.check(context))
    router.add(PATH, lambda _request: usage.report(), methods=["GET"])
    router.add(PATH, lambda _request: usage.forget(), methods=["DELETE"])
