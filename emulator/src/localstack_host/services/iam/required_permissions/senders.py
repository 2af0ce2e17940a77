"""SES and CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

MAILS = ("SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkTemplatedEmail")


def ses(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the sender's identity."""
    if operation not in MAILS or not params.get("Source"):
        return None
    name, address = parseaddr(params["Source"])
    keys = (
        ("ses:fromaddress", (address,)),
        ("ses:fromdisplayname", (name,)),
        ("ses:recipients", _recipients(params)),
    )
    return [Permission(f"ses:{operation}", place.arn("ses", f"identity/{address}"), keys)]


def _recipients(params: Params) -> tuple[str, ...]:
    kinds: Mapping[str, list[str]] = params.get("Destination") or {}
    addresses = [address for addresses in kinds.values() for address in addresses]
    return tuple(addresses or params.get("Destinations", ()))


def cloudwatch(operation: str, params: Params, _place: Place) -> Permissions | None:
    """PutMetricData has no resource; the namespace is a condition key."""
    if operation != "PutMetricData":
        return None
    return [
        Permission(
            "cloudwatch:PutMetricData", "*", (("cloudwatch:namespace", (params["Namespace"],)),)
        )
    ]
