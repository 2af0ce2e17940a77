"""Events whose source is a service of AWS's are put by that service only.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack.aws.api.events import PutEventsResultEntry

from localstack_host.services.iam.principal import OF_A_SESSION, access_key

RESERVED = "aws."
FORWARDING = "events"  # a rule whose target is a bus passes on the events of services
REFUSAL = PutEventsResultEntry(
    ErrorCode="NotAuthorizedForSourceException", ErrorMessage="Not authorized for the source."
)


def is_refused(entry: Mapping[str, Any], context: Any) -> bool:
    """Whether an entry names a service as its source, and is not put by the emulator itself."""
    return str(entry.get("Source") or "").startswith(RESERVED) and not _is_of_a_service(context)


def _is_of_a_service(context: Any) -> bool:
    """Whether a service puts an event by itself, not for a role as tasks of workflows do."""
    internal = context.internal_request_params
    if internal is None:
        return False
    if internal.get("service_principal") == FORWARDING:
        return True
    return not access_key(context.request).startswith(OF_A_SESSION)
