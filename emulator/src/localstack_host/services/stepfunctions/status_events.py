"""The events about executions that change their status.

LocalStack puts two for each execution, each by a call of EventBridge, though few accounts have a
rule for them; with dates as text, and inputs that are not as they were sent.
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

LOG = logging.getLogger(__name__)
DEFAULT_BUS = "default"
NOT_REDRIVABLE = "NOT_REDRIVABLE"
REDRIVABLE = ("FAILED", "ABORTED", "TIMED_OUT")


def have_receivers(execution: Any) -> bool:
    """Whether the default bus of the execution's account and region has a rule or an archive."""
    from localstack.services.events.models import events_stores

    store = events_stores[execution.account_id][execution.region_name]
    bus = store.event_buses.get(DEFAULT_BUS)
    return bool(store.archives or (bus and bus.rules))


def note_input(execution: Any, sent: str | None) -> None:
    """Keeps the input with an execution that starts: LocalStack keeps what it has parsed."""
    if not hasattr(execution, "sent_input"):
        execution.sent_input = sent


def put(execution: Any) -> None:
    """Puts the event about the status that an execution has now."""
    entry = {
        "Source": "aws.states",
        "Resources": [execution.exec_arn],
        "DetailType": "Step Functions Execution Status Change",
        "Detail": json.dumps(detail_of(execution)),
    }
    try:
        execution._get_events_client().put_events(Entries=[entry])
    except Exception:
        LOG.exception("The status of %s could not be told to EventBridge", execution.exec_arn)


def detail_of(execution: Any) -> dict[str, Any]:
    """The detail of an event, with dates in milliseconds since 1970."""
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    output = execution.output
    told = None if output is None else to_json_str(output, separators=(",", ":"))
    status = str(execution.exec_status)
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": input_of(execution),
        "output": told,
        "stateMachineVersionArn": execution.state_machine_version_arn,
        "stateMachineAliasArn": execution.state_machine_alias_arn,
        "redriveCount": 0,
        "redriveDate": None,
        **_redrive(status),
        "inputDetails": execution.input_details,
        "outputDetails": None if told is None else execution.output_details,
        "error": execution.error,
        "cause": execution.cause,
    }


def _redrive(status: str) -> dict[str, Any]:
    if status in REDRIVABLE:
        return {"redriveStatus": "REDRIVABLE", "redriveStatusReason": None}
    reason = f"Execution is {status} and cannot be redriven"
    return {"redriveStatus": NOT_REDRIVABLE, "redriveStatusReason": reason}


def _milliseconds(date: datetime | None) -> int | None:
    return None if date is None else int(date.timestamp() * 1000)


def input_of(execution: Any) -> str:
    """The input of an execution, as it was sent if that is known."""
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    sent: str | None = getattr(execution, "sent_input", None)
    return to_json_str(execution.input_data, separators=(",", ":")) if sent is None else sent


def with_input(event: dict[str, Any], sent: str) -> dict[str, Any]:
    """An event of a history; the first one has the input of the execution as it was sent."""
    details = event.get("executionStartedEventDetails")
    if not details or "input" not in details:
        return event
    return {**event, "executionStartedEventDetails": {**details, "input": sent}}
