"""Reads the mails that an environment sent to customers. The emulator stores the calls to SES."""

from __future__ import annotations

import email
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from typing import Any

import httpx

from lab.core import child_processes, clients
from lab.core.environment_settings import settings_of
from lab.core.errors import LabError
from lab.core.target import Target

ORDER_ID = re.compile(r"ord_[0-9a-f]{32}")
POLL_S = 0.25
QUEUE = "notifications"
UNSENT = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


@dataclass(frozen=True)
class Mail:
    """One mail; `at` is an RFC 3339 time. `correlation_id` is from its header, or empty."""

    message_id: str
    at: str
    to: tuple[str, ...]
    subject: str
    body: str
    correlation_id: str = ""

    @property
    def order_id(self) -> str:
        """The id of the order that the mail is about, or an empty string."""
        match = ORDER_ID.search(f"{self.subject}\n{self.body}")
        return match.group() if match else ""


def read(target: Target) -> list[Mail]:
    """Returns the environment's mails, oldest first. Raises LabError on AWS, which stores none."""
    return sorted(stream(target), key=lambda mail: mail.at)


def stream(target: Target) -> Iterator[Mail]:
    """Yields the environment's mails, unordered, without holding them all in memory.

    Raises LabError on AWS, which stores no mails.
    """
    if target.endpoint is None:
        raise LabError(
            "Mails are only kept by the emulator; real ones are in the customers' inboxes."
        )
    with (
        clients.http(target.endpoint, timeout=10) as emulator,
        emulator.stream("GET", "/_aws/ses") as response,
    ):
        if response.status_code == httpx.codes.NOT_FOUND:
            return  # The emulator serves this page from the first call to SES on.
        response.raise_for_status()
        sender = sender_of(target.environment)
        every = _messages(response.iter_text())
        yield from (_mail(message) for message in every if _is_from(message, sender))


def sender_of(environment: str) -> str:
    """The address that an environment on the emulator sends its mails from."""
    configured = os.environ.get(f"{child_processes.VARIABLE_PREFIX}mail_sender")
    return configured or str(settings_of(environment)["mail_sender"])


def _is_from(message: dict[str, Any], sender: str) -> bool:
    return parseaddr(str(message.get("Source") or ""))[1] == parseaddr(sender)[1]


def _messages(chunks: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yields the objects of `{"messages": [...]}` without holding the whole text in memory."""
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
                break  # The object is not complete yet.
            yield message
            text = text[end:]


def _mail(message: dict[str, Any]) -> Mail:
    if raw := message.get("RawData"):
        return _raw(message, str(raw))
    body = message.get("Body") or {}
    return Mail(
        message_id=str(message.get("Id", "")),
        at=str(message.get("Timestamp", "")),
        to=tuple((message.get("Destination") or {}).get("ToAddresses") or ()),
        subject=str(message.get("Subject") or ""),
        body=str(body.get("text_part") or body.get("html_part") or ""),
    )


def _raw(message: dict[str, Any], raw: str) -> Mail:
    """A mail that was sent as one text (SendRawEmail), with what its header and its body say.

    By the older of Python's two policies: the newer takes ten times as long, and an audit reads all
    mails.
    """
    parsed = email.message_from_string(raw)
    parts = {part.get_content_type(): part for part in parsed.walk()}
    body = parts.get("text/plain") or parts.get("text/html")
    return Mail(
        message_id=str(message.get("Id", "")),
        at=str(message.get("Timestamp", "")),
        to=tuple(address for _, address in getaddresses(parsed.get_all("To", ()))),
        subject=str(make_header(decode_header(parsed["Subject"] or ""))),
        body=_content(body) if body else "",
        correlation_id=(parsed["X-Correlation-Id"] or "").strip(),
    )


def _content(part: Message) -> str:
    content: Any = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    return str(content.decode(charset, "replace")).replace("\r\n", "\n")


def of_order(target: Target, order_id: str) -> list[Mail]:
    """The mails about one order."""
    return [mail for mail in read(target) if mail.order_id == order_id]


def wait_for(target: Target, order_id: str, timeout_s: float = 30.0) -> list[Mail]:
    """Waits until there is a mail about an order; empty if none arrives in `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if mails := of_order(target, order_id):
            return mails
        time.sleep(POLL_S)
    return []


def wait_until_sent(target: Target, timeout_s: float = 15.0) -> None:
    """Waits until no message waits to become a mail, at most `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while unsent(target) and time.monotonic() < deadline:
        time.sleep(POLL_S)


def unsent(target: Target) -> int:
    """The number of messages that wait to become mails, or are becoming one; 0 without a queue."""
    client = target.client("sqs")
    try:
        url = client.get_queue_url(QueueName=target.named(QUEUE))["QueueUrl"]
    except client.exceptions.QueueDoesNotExist:
        return 0
    counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(UNSENT))["Attributes"]
    return sum(int(counts[name]) for name in UNSENT)
