"""The integration pattern of a Task: which services wait for a job, and which for a token.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
Which combinations AWS refuses was measured there by the authors of cdk-preflight. That a service
supports a pattern depends on its operation, which is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.scopes import State

INTEGRATION = re.compile(
    r"arn:[\w-]+:states:::(?P<service>[\w-]+):.*\.(?P<pattern>sync|sync:2|waitForTaskToken)"
)
WITHOUT_JOBS = frozenset(
    ("apigateway", "aws-sdk", "bedrock-agentcore", "dynamodb", "events", "lambda", "sns", "sqs")
)
WITHOUT_TOKENS = frozenset(
    (
        *("athena", "batch", "bedrock-agentcore", "codebuild", "databrew", "dynamodb"),
        *("elasticmapreduce", "emr-containers", "emr-serverless", "glue", "mediaconvert"),
        "sagemaker",
    )
)


def check(state: State) -> Iterator[Diagnostic]:
    """The error of a Task whose integration does not have its pattern."""
    resource = state.body.get("Resource")
    found = INTEGRATION.fullmatch(resource) if isinstance(resource, str) else None
    if found and not _has(found["service"], found["pattern"]):
        yield schema(
            f"The resource provided {resource} is not recognized. The value is not a valid resource"
            " ARN, or the resource is not available in this region.",
            f"{state.path}/Resource",
        )


def _has(service: str, pattern: str) -> bool:
    if pattern == "sync:2":
        return service == "states"
    return service not in (WITHOUT_JOBS if pattern == "sync" else WITHOUT_TOKENS)
