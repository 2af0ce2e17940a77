"""What an Express workflow cannot do: it waits for nothing.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.scopes import Scope, State

EXPRESS = "EXPRESS"
ACTIVITY = re.compile(r"arn:[\w-]+:states:[\w-]+:\d+:activity:")
SYNC = re.compile(r"\.sync(:2)?$")
TOKEN = ".waitForTaskToken"  # noqa: S105 - an integration pattern


def parts(scopes: Sequence[Scope], kind: str) -> Iterator[str]:
    """The paths of what runs as Express workflows in a machine of this kind, STANDARD or EXPRESS.

    The children of a distributed Map have a type of their own.
    https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
    """
    if kind == EXPRESS:
        yield ""
    for scope in scopes:
        config = scope.body.get("ProcessorConfig")
        if isinstance(config, dict) and config.get("ExecutionType") == EXPRESS:
            yield scope.path


def check(state: State) -> Iterator[Diagnostic]:
    """The error of a state whose resource is waited for. The double space is AWS's."""
    resource = state.body.get("Resource")
    if not isinstance(resource, str):
        return
    location = f"{state.path}/Resource"
    if ACTIVITY.match(resource):
        yield schema("Express state machine does not support Activity ARN", location)
    elif SYNC.search(resource):
        message = "Express state machine does not support '.sync' service integration"
        yield schema(message, location)
    elif resource.endswith(TOKEN):
        message = f"Express state machine does not support '{TOKEN}' service integration "
        yield schema(message, location)
