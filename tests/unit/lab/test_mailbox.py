"""Mails are read one at a time, however the emulator's answer is cut into pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from checkout.adapters.aws import SesMailer
from checkout.domain.mail import Mail
from lab.core import clients
from lab.core.target import Target
from lab.shop import mailbox
from lab.shop.mailbox import _messages, sender_of

MESSAGES = [
    {"Id": "1", "Subject": "[in] {braces}", "Body": {"text_part": 'a "quoted" ] }'}},
    {"Id": "2", "Subject": "Grüße ☕", "Body": {"text_part": None}},
    {"Id": "3"},
]


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("messages", [MESSAGES, []])
def test_every_message_is_read_whatever_the_pieces(
    messages: list[dict[str, object]], size: int
) -> None:
    text = json.dumps({"messages": messages}, ensure_ascii=False)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(_messages(pieces)) == messages


class Ses:
    """A client that keeps what it was told to send, as the emulator does."""

    def __init__(self, mails: list[dict[str, Any]]) -> None:
        self.mails = mails

    def send_raw_email(self, Source: str, RawMessage: dict[str, bytes], **_: Any) -> dict[str, str]:  # noqa: N803
        raw = RawMessage["Data"].decode()
        self.mails.append({"Id": "raw-1", "Source": Source, "RawData": raw, "Timestamp": "2026"})
        return {"MessageId": "raw-1"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The emulator's mails, which are those of every environment on it."""
    messages: list[dict[str, Any]] = []

    @contextmanager
    def emulator(*_: Any, **__: Any) -> Iterator[httpx.Client]:
        def respond(_: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"messages": messages})

        yield httpx.Client(transport=httpx.MockTransport(respond), base_url="http://emulator")

    monkeypatch.setattr(clients, "http", emulator)
    return messages


def test_an_environment_has_its_own_mails_only(sent: list[dict[str, Any]]) -> None:
    dev, staging = sender_of("dev"), sender_of("staging")
    sent += [{"Id": "1", "Source": dev}, {"Id": "2", "Source": f"The shop <{staging}>"}]
    sent.append({"Id": "3"})
    assert [mail.message_id for mail in mailbox.read(Target("dev"))] == ["1"]
    assert [mail.message_id for mail in mailbox.read(Target("staging"))] == ["2"]


def test_a_sender_that_was_chosen_for_the_deploy_is_read(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_TF_VAR_mail_sender", "me@example.com")
    sent += [{"Id": "1", "Source": sender_of("prod")}, {"Id": "2", "Source": "me@example.com"}]
    assert [mail.message_id for mail in mailbox.read(Target("dev"))] == ["1", "2"]


def test_what_the_shop_sends_is_read_as_it_was_written(sent: list[dict[str, Any]]) -> None:
    order_id = f"ord_{'0a' * 16}"
    text = f"Hello Zoë,\n\nyour order {order_id} costs 12,00 €: {'long ' * 40}\n"
    mail = Mail("zoe@example.com", "Grüße ☕", text, "<p>Hello</p>", "request-1")
    SesMailer(Ses(sent), f"The Shop <{sender_of('dev')}>").send(mail)
    (read,) = mailbox.read(Target("dev"))
    assert (read.to, read.subject, read.body) == (("zoe@example.com",), mail.subject, text)
    assert (read.order_id, read.correlation_id) == (order_id, "request-1")


class Queue:
    """SQS with the queue of mails, and how many messages are waiting and taken at each look."""

    class exceptions:  # noqa: N801 - as boto3 has it
        class QueueDoesNotExist(Exception):
            pass

    def __init__(self, *looks: tuple[int, int]) -> None:
        self.looks = list(looks)

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803
        if not self.looks:
            raise self.exceptions.QueueDoesNotExist
        assert QueueName == "checkout-dev-notifications"
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        counts = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return {"Attributes": dict(zip(mailbox.UNSENT, map(str, counts), strict=True))}


@pytest.mark.parametrize(
    ("queue", "waits"),
    [(Queue((2, 0), (0, 1), (0, 0)), 2), (Queue((0, 0)), 0), (Queue(), 0), (Queue((1, 0)), 20)],
    ids=["until all are sent", "nothing is sent", "nothing is deployed", "at most its time"],
)
def test_mails_on_their_way_are_waited_for(
    queue: Queue, waits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(Target, "client", lambda *_: queue)
    monkeypatch.setattr(mailbox.time, "sleep", slept.append)
    monkeypatch.setattr(mailbox.time, "monotonic", lambda: sum(slept))
    mailbox.wait_until_sent(Target("dev"), timeout_s=5)
    assert len(slept) == waits
