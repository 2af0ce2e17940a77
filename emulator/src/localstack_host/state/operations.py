"""Operations at the gate: which a save waits for, and which write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from localstack_host.state.gate import GATE

READING = re.compile(
    r"(BatchGet|BatchDescribe|Check|Decode|Describe|Detect|Discover|Estimate|Evaluate|Filter|Get"
    r"|Head|List|Lookup|Query|Scan|Search|Select|Simulate|StartQuery|Test|TransactGet|Validate"
    r"|Verify|View)"
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


# One lock of the engine guards each change, and a save holds it.
ENGINE = frozenset({"dynamodb", "dynamodbstreams"})


@contextmanager
def serving(context: Any) -> Iterator[None]:
    """While a provider works on a request: a save waits for it, and learns what it has written."""
    with GATE.passing() if passes_the_gate(context) else nullcontext():
        yield
        if is_write(context):
            GATE.written.set()


def passes_the_gate(context: Any) -> bool:
    """Whether a save waits for the operation: it changes something, in more than one step."""
    name = context.operation.name
    return context.service.service_name not in ENGINE and not is_long(context) and not reads(name)


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
