"""The mails that customers got: the emulator keeps what SES was asked to send."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target

ORDER_ID = re.compile(r"ord_[0-9a-f]{32}")
POLL_S = 0.25


@dataclass(frozen=True)
class Mail:
    """One mail: when (RFC 3339), to whom, what about, and its text."""

    message_id: str
    at: str
    to: tuple[str, ...]
    subject: str
    body: str

    @property
    def order_id(self) -> str:
        """The order that the mail is about, or an empty string."""
        found = ORDER_ID.search(f"{self.subject}\n{self.body}")
        return found.group() if found else ""


def read(target: Target) -> list[Mail]:
    """Every mail sent so far, oldest first. Raises LabError on the real AWS, where mail is mail."""
    return sorted(stream(target), key=lambda mail: mail.at)


def stream(target: Target) -> Iterator[Mail]:
    """Every mail sent so far, in no order, one at a time: there may be a great many."""
    if target.endpoint is None:
        raise LabError(
            "Mails are only kept by the emulator; real ones are in the customers' inboxes."
        )
    with (
        clients.http(target.endpoint, timeout=10) as emulator,
        emulator.stream("GET", "/_aws/ses") as response,
    ):
        if response.status_code == httpx.codes.NOT_FOUND:
            return  # The emulator opens this page with the first call to SES.
        response.raise_for_status()
        yield from map(_mail, _messages(response.iter_text()))


def _messages(chunks: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The objects in the list of `{"messages": [...]}`, without ever holding the whole text."""
    decoder = json.JSONDecoder()
    text, inside = "", False
    for chunk in chunks:
        text += chunk
        if not inside and "[" in text:
            text, inside = text.partition("[")[2], True
        while inside and (start := text.find("{")) >= 0:
            try:
                message, end = decoder.raw_decode(text, start)
            except json.JSONDecodeError:
                break  # the rest of it is still to come
            yield message
            text = text[end:]


def _mail(message: dict[str, Any]) -> Mail:
    body = message.get("Body") or {}
    return Mail(
        message_id=str(message.get("Id", "")),
        at=str(message.get("Timestamp", "")),
        to=tuple((message.get("Destination") or {}).get("ToAddresses") or ()),
        subject=str(message.get("Subject") or ""),
        body=str(body.get("text_part") or body.get("html_part") or message.get("RawData") or ""),
    )


def of_order(target: Target, order_id: str) -> list[Mail]:
    """The mails about one order."""
    return [mail for mail in read(target) if mail.order_id == order_id]


def wait_for(target: Target, order_id: str, timeout_s: float = 30.0) -> list[Mail]:
    """The mails about an order, as soon as there is one; none if none comes in `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := of_order(target, order_id):
            return found
        time.sleep(POLL_S)
    return []
