"""The child executions of a Map Run, as they are listed, described and written to S3."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

RUNNING, SUCCEEDED, FAILED = "RUNNING", "SUCCEEDED", "FAILED"
TIMED_OUT, ABORTED = "TIMED_OUT", "ABORTED"


@dataclass
class Child:
    """A child execution, its number, and of how many items it is. Input and output are JSON."""

    machine_arn: str  # of the parent, with the Map Run's label behind it
    index: int
    items: int
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    stopped: datetime | None = None
    status: str = RUNNING
    input: str = "{}"
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    history: Any = None  # with LocalStack's get_event_history()

    @property
    def arn(self) -> str:
        """The ARN of the execution."""
        return f"{self.machine_arn.replace(':stateMachine:', ':execution:', 1)}:{self.name}"

    def ended(self, status: str, **outcome: str | None) -> None:
        """Notes the end: `output`, or `error` and `cause`."""
        self.status, self.stopped = status, datetime.now(UTC)
        self.output = outcome.get("output")
        self.error, self.cause = outcome.get("error"), outcome.get("cause")

    def listed(self, map_run_arn: str) -> dict[str, Any]:
        """An item of ListExecutions."""
        return {
            "executionArn": self.arn,
            "stateMachineArn": self.machine_arn,
            "name": self.name,
            "status": self.status,
            "startDate": self.started,
            "mapRunArn": map_run_arn,
            "itemCount": self.items,
            **({"stopDate": self.stopped} if self.stopped else {}),
        }

    def described(self, map_run_arn: str) -> dict[str, Any]:
        """The answer of DescribeExecution."""
        described = self.listed(map_run_arn) | {
            "input": self.input,
            "inputDetails": {"included": True},
            "redriveCount": 0,
            "redriveStatus": "NOT_REDRIVABLE",
            "redriveStatusReason": self._reason(),
        }
        if self.output is not None:
            described |= {"output": self.output, "outputDetails": {"included": True}}
        outcome = {"error": self.error, "cause": self.cause}
        described |= {name: text for name, text in outcome.items() if text is not None}
        del described["itemCount"]
        return described

    def document(self) -> dict[str, Any]:
        """The execution as ResultWriter writes it."""
        document: dict[str, Any] = {
            "ExecutionArn": self.arn,
            "Input": self.input,
            "InputDetails": {"Included": True},
            "Name": self.name,
        }
        outcome = {"Error": self.error, "Cause": self.cause, "Output": self.output}
        document |= {name: text for name, text in outcome.items() if text is not None}
        if self.output is not None:
            document["OutputDetails"] = {"Included": True}
        return document | {
            "RedriveCount": 0,
            "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": self._reason(),
            "StartDate": _written(self.started),
            "StateMachineArn": self.machine_arn,
            "Status": self.status,
            "StopDate": _written(self.stopped or datetime.now(UTC)),
        }

    def _reason(self) -> str:
        return f"Execution is {self.status} and cannot be redriven"


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
