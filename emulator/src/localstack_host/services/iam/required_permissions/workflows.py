"""Step Functions: a task's token stands for its state machine."""

from __future__ import annotations

from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

WITH_A_TOKEN = ("SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess")


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the state machine whose execution waits for the token.

    AWS's table of actions names no resource, but AWS's refusals name the state machine, and
    policies on its ARN allow the call:
    https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
    A token that nobody waits for is not asked about: the service refuses it.
    """
    if operation not in WITH_A_TOKEN:
        return None
    machine = stored.state_machine_of_token(place.account, place.region, params["taskToken"])
    return [Permission(f"states:{operation}", machine)] if machine else []
