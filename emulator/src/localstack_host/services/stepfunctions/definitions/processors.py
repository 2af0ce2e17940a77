"""How a Map runs its processor: in a mode, and in distributed mode as executions of a type.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
The words are those that the authors of cdk-preflight measured on AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.express import EXPRESS
from localstack_host.services.stepfunctions.definitions.scopes import Scope

DISTRIBUTED = "DISTRIBUTED"
INLINE = "INLINE"
TYPE = "ExecutionType"


def check(scopes: Sequence[Scope], kind: str) -> Iterator[Diagnostic]:
    """The errors in the ProcessorConfigs of a machine of this kind, STANDARD or EXPRESS."""
    for scope in scopes:
        config = scope.body.get("ProcessorConfig")
        if isinstance(config, dict):
            yield from _in_config(config, kind, f"{scope.path}/ProcessorConfig")


def _in_config(config: dict[str, Any], kind: str, path: str) -> Iterator[Diagnostic]:
    mode = config.get("Mode")
    if mode == DISTRIBUTED and TYPE not in config:
        yield schema(f"These fields are required: [{TYPE}]", path)
    if mode == INLINE and TYPE in config:
        yield schema(f"Field '{TYPE}' is not supported", path)
    if mode == DISTRIBUTED and kind == EXPRESS:
        message = f"The field 'Mode' with value '{DISTRIBUTED}' is not supported inside '{EXPRESS}'"
        yield schema(f"{message} state machines", f"{path}/Mode")
