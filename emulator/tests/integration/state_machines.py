"""State machines for the tests: made of their states, run to their end, and read."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for


@dataclass(frozen=True)
class Ended:
    """An execution that has ended. `output` is None if it failed."""

    status: str
    output: Any
    error: str | None
    cause: str
    events: list[dict[str, Any]]

    def details(self, kind: str) -> list[dict[str, Any]]:
        """The details of all events of a type, such as EvaluationFailed."""
        key = f"{kind[0].lower()}{kind[1:]}EventDetails"
        return [event.get(key, {}) for event in self.events if event["type"] == kind]


def machine(cloud: Cloud, states: dict[str, Any], **top: Any) -> str:
    """Creates a state machine that starts at its first state, and returns its ARN."""
    options = {key: top.pop(key) for key in ("type", "name") if key in top}
    role = top.pop("role", None) or cloud.role()
    created = cloud.client("stepfunctions").create_state_machine(
        **{"name": f"probe-{uuid.uuid4().hex[:8]}"} | options,
        roleArn=role,
        definition=json.dumps({"StartAt": next(iter(states)), "States": states} | top),
    )
    return str(created["stateMachineArn"])


def run(cloud: Cloud, states: dict[str, Any], given: Any = None, **top: Any) -> Ended:
    """Runs a state machine once, and deletes it."""
    client = cloud.client("stepfunctions")
    arn = machine(cloud, states, **top)
    started = client.start_execution(stateMachineArn=arn, input=json.dumps(given or {}))
    execution = started["executionArn"]

    def told() -> dict[str, Any]:
        return dict(client.describe_execution(executionArn=execution))

    wait_for(lambda: told()["status"] != "RUNNING", "the execution has not ended", timeout_s=30)
    end = told()
    events = client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
    client.delete_state_machine(stateMachineArn=arn)
    output = json.loads(end["output"]) if "output" in end else None
    return Ended(end["status"], output, end.get("error"), end.get("cause", ""), events)
