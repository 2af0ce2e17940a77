"""Checks whether customers can get mail: the sender's address, and SES's sandbox.

https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.deploy.account import Identity
from lab.go_live.steps import Step, done, first_line, to_do, unknown

NAME = "mail"
SANDBOX_A_DAY = 200
"""Mails a day that an account in the sandbox may send, and only to addresses it has verified."""

RESERVED_DOMAINS = (".example", ".invalid", ".test", ".localhost")
"""Reserved top-level domains: https://www.rfc-editor.org/rfc/rfc2606"""


def look(environment: str, identity: Identity, settings: dict[str, Any]) -> Step:
    """Checks the addresses, their verification by SES, and the sandbox."""
    sender: str = settings["mail_sender"]
    unreachable = [a for a in [sender, *settings.get("alarm_receivers", ())] if _is_reserved(a)]
    if unreachable and not identity.endpoint:
        why = f"{', '.join(unreachable)} cannot get mail, so AWS's verification mail has no reader"
        file = f"terraform/environments/{environment}/terraform.tfvars"
        return to_do(NAME, why, f"put your own addresses into {file}")
    try:
        return _check(identity, sender)
    except (ClientError, BotoCoreError) as error:
        return unknown(NAME, f"AWS returned an error: {first_line(error)}")


def _check(identity: Identity, sender: str) -> Step:
    ses = identity.client("ses")
    quota = ses.get_send_quota()["Max24HourSend"]
    attributes = ses.get_identity_verification_attributes(Identities=[sender])[
        "VerificationAttributes"
    ]
    status = attributes.get(sender, {}).get("VerificationStatus")
    facts = [f"{quota:.0f} mails a day", _verified(sender, status)]
    if quota <= SANDBOX_A_DAY:
        facts.append("in SES's sandbox: only verified addresses get mail")
    return done(NAME, *facts)


def _verified(sender: str, status: str | None) -> str:
    if status == "Success":
        return f"{sender} is verified"
    if status is None:
        return (
            f"{sender} gets a mail from AWS after the apply; confirm it to enable mails for orders"
        )
    return f"{sender} is not verified yet ({status}): confirm AWS's mail"


def _is_reserved(address: str) -> bool:
    return address.endswith(RESERVED_DOMAINS)
