"""The sandbox of SES, which every new account is in, and this emulator is when it is asked to be.

https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
Mail goes from and to verified identities only. Who sends needs a permission on the identities of
the recipients, too, as these are the account's own. GetSendQuota tells the sandbox's quota, 200
mails a day and one a second, which nothing enforces here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes
from email.utils import getaddresses, parseaddr
from http import HTTPStatus
from typing import Any

from localstack_host.localstack_api import CommonServiceException

MAILS = ("SendBulkTemplatedEmail", "SendEmail", "SendRawEmail", "SendTemplatedEmail")
QUOTA = {"Max24HourSend": 200.0, "MaxSendRate": 1.0}
# AWS's own addresses for trying what becomes of a mail: allowed in the sandbox.
SIMULATOR = re.compile(r"@simulator\.amazonses\.com$")
Handler = Callable[[Any, Any], Any]


class Sandbox:
    """Whether the accounts of this emulator are in the sandbox."""

    def __init__(self) -> None:
        self.on = False

    def guard(self, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
        """The operations of SES, of which those that send look at whom they send to."""
        guarded = {name: self._checked(handlers[name]) for name in MAILS}
        return {**handlers, **guarded, "GetSendQuota": self._limited(handlers["GetSendQuota"])}

    def _checked(self, send: Handler) -> Handler:
        def checked(context: Any, request: Any) -> Any:
            if self.on:
                require_verified(context, request)
            return send(context, request)

        return checked

    def _limited(self, quota: Handler) -> Handler:
        def limited(context: Any, request: Any) -> Any:
            told = quota(context, request)
            return {**told, **QUOTA} if self.on else told

        return limited


SANDBOX = Sandbox()


def require_verified(context: Any, request: Any) -> None:
    """Refuses a mail from or to an address that is not verified, in the words of AWS."""
    addresses = dict.fromkeys([*senders(request), *recipients(request)])
    failed = [a for a in addresses if not SIMULATOR.search(a) and not _identity(a, context)]
    if failed:
        raise CommonServiceException(
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region"
            f" {context.region.upper()}: {', '.join(failed)}",
            HTTPStatus.BAD_REQUEST,
            sender_fault=True,
        )


def _identity(address: str, context: Any) -> str:
    return identity_of(address, context.account_id, context.region)


def identity_of(address: str, account: str, region: str) -> str:
    """The verified identity that an address belongs to; empty if there is none.

    A domain has the addresses of its subdomains, too, and domains are the same in any case.
    https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
    """
    from moto.ses.models import ses_backends

    known = {_in_one_case(name): name for name in ses_backends[account][region].email_identities}
    labels = address.rpartition("@")[2].lower().split(".")
    domains = (".".join(labels[first:]) for first in range(len(labels)))
    return next((known[one] for one in (_in_one_case(address), *domains) if one in known), "")


def _in_one_case(identity: str) -> str:
    local, at, domain = identity.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def senders(request: Mapping[str, Any]) -> list[str]:
    """The address that a mail is from."""
    source = request.get("Source") or _header(request, "From")
    return [address] if (address := parseaddr(source or "")[1]) else []


def recipients(request: Mapping[str, Any]) -> list[str]:
    """The addresses that a mail goes to."""
    plain = [text for text in request.get("Destinations") or () if isinstance(text, str)]
    named = [*_named(request), *plain]
    if not named and "RawMessage" in request:
        named = [_header(request, header) for header in ("To", "Cc", "Bcc")]
    return [address for _, address in getaddresses([text for text in named if text]) if address]


def _named(request: Mapping[str, Any]) -> Iterator[str]:
    listed = request.get("Destinations") or ()
    bulk = [part["Destination"] for part in listed if isinstance(part, dict)]
    for destination in (request.get("Destination") or {}, *bulk):
        for addresses in destination.values():
            yield from addresses or ()


def _header(request: Mapping[str, Any], name: str) -> str:
    raw = (request.get("RawMessage") or {}).get("Data") or b""
    return str(message_from_bytes(raw)[name] or "")
