"""The entry point: LocalStack runs this hook when it starts."""

from __future__ import annotations

import os
from typing import Any

from localstack.runtime import hooks

SWITCH = "LAB_IAM"
ON, OFF = "enforced", "off"
PATH = "/_lab/iam"


@hooks.on_infra_start(should_load=lambda: os.environ.get(SWITCH, ON) == ON)  # type: ignore[untyped-decorator]
def enforce_permissions() -> None:
    """Puts the check into the chain of handlers, and its record at `/_lab/iam`."""
    from localstack.aws.handlers import serve_custom_service_request_handlers
    from localstack.services.edge import ROUTER

    from lab.emulator.iam import log_group_creation
    from lab.emulator.iam.handler import PermissionCheck
    from lab.emulator.iam.usage import Usage

    log_group_creation.mend()
    usage = Usage()
    permissions = PermissionCheck(usage)
    handlers: Any = serve_custom_service_request_handlers
    router: Any = ROUTER
    handlers.append(lambda _chain, context, _response: permissions.check(context))
    router.add(PATH, lambda _request: usage.report(), methods=["GET"])
    router.add(PATH, lambda _request: usage.forget(), methods=["DELETE"])
