"""CloudTrail: moto's trails, also by their ARNs. Nothing is recorded in them."""

from __future__ import annotations

from typing import Any


def _backend(context: Any) -> Any:
    from moto.cloudtrail.models import cloudtrail_backends

    return cloudtrail_backends[context.account_id][context.region]


def start_logging(context: Any, request: Any) -> Any:
    """Starts a trail, by its name or ARN."""
    _backend(context).get_trail(request["Name"]).start_logging()
    return {}


def stop_logging(context: Any, request: Any) -> Any:
    """Stops a trail, by its name or ARN."""
    _backend(context).get_trail(request["Name"]).stop_logging()
    return {}


def delete_trail(context: Any, request: Any) -> Any:
    """Deletes a trail, by its name or ARN, with its tags."""
    backend = _backend(context)
    trail = backend.get_trail(request["Name"])
    del backend.trails[trail.trail_name]
    backend.tagging_service.delete_all_tags_for_resource(trail.arn)
    return {}


HANDLERS = {
    "DeleteTrail": delete_trail,
    "StartLogging": start_logging,
    "StopLogging": stop_logging,
}
