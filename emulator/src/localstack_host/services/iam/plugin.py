"""The entry point: LocalStack runs this hook when it starts."""

from __future__ import annotations

import os
from typing import Any

from localstack_host.host.environment import IAM_VARIABLE
from localstack_host.localstack_api import on_infra_start, request_handlers, router

ON, OFF = "enforced", "off"
PATH = "/_host/iam"


def is_enforced() -> bool:
    """Whether requests need permissions."""
    return os.environ.get(IAM_VARIABLE, ON) == ON


@on_infra_start(should_load=is_enforced)
def enforce_permissions() -> None:
    """Adds the check to the chain of handlers, and its report at `/_host/iam`."""
    from localstack_host.services.iam import decision_log, patches
    from localstack_host.services.iam.handler import PermissionCheck
    from localstack_host.services.iam.usage import counted

    patches.apply_patches()
    usage = counted()
    request_handlers().append(PermissionCheck(usage).handle)
    router().add(PATH, lambda _request: usage.report(), methods=["GET"])
    router().add(PATH, lambda _request: usage.forget(), methods=["DELETE"])
    log: Any = decision_log.recorder()
    router().add(decision_log.PATH, log.begin, methods=["PUT"])
    router().add(decision_log.PATH, log.end, methods=["DELETE"])
