"""Which operations write, and which may take long."""

from __future__ import annotations

import re
from typing import Any

READING = re.compile(
    r"(BatchGet|BatchDescribe|Check|Decode|Describe|Detect|Discover|Estimate|Evaluate|Filter|Get"
    r"|Head|List|Lookup|Query|Scan|Search|Select|Simulate|Test|TransactGet|Validate|Verify|View)"
)
# Reading, as their names do not say; and their effects are noted elsewhere.
ALSO_READING = frozenset({("sqs", "ReceiveMessage"), ("kms", "Encrypt"), ("kms", "Decrypt")})
# They wait for others, which then pass the gate themselves.
LONG = frozenset(
    {
        ("lambda", "Invoke"),
        ("lambda", "InvokeAsync"),
        ("lambda", "InvokeWithResponseStream"),
        ("stepfunctions", "StartSyncExecution"),
        ("stepfunctions", "GetActivityTask"),
        ("stepfunctions", "TestState"),
        ("apigateway", "TestInvokeMethod"),
        ("kinesis", "SubscribeToShard"),
        ("logs", "StartLiveTail"),
    }
)


def reads(operation: str) -> bool:
    """Whether the name of an operation says that it changes nothing."""
    return READING.match(operation) is not None


def is_long(context: Any) -> bool:
    """Whether the operation of a request may take long, and is not one change."""
    return (context.service.service_name, context.operation.name) in LONG


def is_write(context: Any) -> bool:
    """Whether the request changes anything that is worth a save.

    The emulator's own data points are not: there are some every few seconds, forever. They are
    saved with the next write.
    """
    service, operation = context.service.service_name, context.operation.name
    if (service, operation) in ALSO_READING or reads(operation):
        return False
    return not (operation == "PutMetricData" and context.is_internal_call)
