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

MAILS = (
    "SendBulkEmail",
    "SendBulkTemplatedEmail",
    "SendEmail",
    "SendRawEmail",
    "SendTemplatedEmail",
)


def ses(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the sender's identity; in the sandbox also on those of the recipients."""
    source = params.get("Source") or params.get("FromEmailAddress")
    if operation not in MAILS or not source:
        return None
    name, address = parseaddr(source)
    keys = (
        ("ses:fromaddress", (address,)),
        ("ses:fromdisplayname", (name,)),
        ("ses:recipients", _recipients(params)),
    )
    identities = dict.fromkeys([address, *_of_recipients(params, place)])
    action = f"ses:{operation}"
    return [Permission(action, place.arn("ses", f"identity/{name}"), keys) for name in identities]


def _of_recipients(params: Params, place: Place) -> list[str]:
    """The identities that mails in the sandbox go to, which are the account's own.

    AWS refuses with "not authorized to perform `ses:SendEmail' on resource `…identity/RECIPIENT'".
    """
    from localstack_host.services.ses.sandbox import SANDBOX, identity_of, recipients

    if not SANDBOX.on:
        return []
    found = [identity_of(a, place.account, place.region) for a in recipients(params)]
    return [identity for identity in found if identity]


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
