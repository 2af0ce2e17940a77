"""CloudWatch Logs: AWS asks for the log stream, whose name is empty where a group is meant."""

from __future__ import annotations

from lab.emulator.iam.needs.need import Need, Needs, Params, Place


def needs(operation: str, params: Params, place: Place) -> Needs | None:
    """The stream of the request's group."""
    group = params.get("logGroupName")
    if not group:
        return None
    stream = params.get("logStreamName", "") if operation != "CreateLogStream" else ""
    return [Need(f"logs:{operation}", place.arn("logs", f"log-group:{group}:log-stream:{stream}"))]
