"""Whether customers can get mail: whose address the sender is, and SES's sandbox.

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

NOBODYS = (".example", ".invalid", ".test", ".localhost")
"""Names that nobody can have: https://www.rfc-editor.org/rfc/rfc2606"""


def look(environment: str, identity: Identity, settings: dict[str, Any]) -> Step:
    """The sender is somebody's address, SES has verified it, and the sandbox is said."""
    sender: str = settings["mail_sender"]
    unreachable = [a for a in [sender, *settings.get("alarm_receivers", ())] if _nobodys(a)]
    if unreachable and not identity.endpoint:
        why = f"nobody reads {', '.join(unreachable)}, so nobody can answer AWS's first mail to it"
        file = f"terraform/environments/{environment}/terraform.tfvars"
        return to_do(NAME, why, f"put addresses of your own into {file}")
    try:
        return _asked(identity, sender)
    except (ClientError, BotoCoreError) as error:
        return unknown(NAME, f"the account does not tell: {first_line(error)}")


def _asked(identity: Identity, sender: str) -> Step:
    ses = identity.client("ses")
    quota = ses.get_send_quota()["Max24HourSend"]
    said = ses.get_identity_verification_attributes(Identities=[sender])["VerificationAttributes"]
    status = said.get(sender, {}).get("VerificationStatus")
    facts = [f"{quota:.0f} mails a day", _verified(sender, status)]
    if quota <= SANDBOX_A_DAY:
        facts.append("in SES's sandbox: only addresses that you have verified get mail")
    return done(NAME, *facts)


def _verified(sender: str, status: str | None) -> str:
    if status == "Success":
        return f"{sender} is verified"
    if status is None:
        return (
            f"{sender} gets a mail from AWS after the apply; orders are mailed once it is answered"
        )
    return f"{sender} has not answered AWS's mail yet ({status})"


def _nobodys(address: str) -> bool:
    return address.endswith(NOBODYS)
