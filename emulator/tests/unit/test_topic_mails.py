"""Mails to the subscribers of topics."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.sns import mails


class Ses:
    """Remembers what is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.verified: list[str] = []

    def verify_email_address(self, **request: Any) -> None:
        self.verified.append(request["EmailAddress"])

    def send_email(self, **request: Any) -> None:
        assert {request["Source"], *request["Destination"]["ToAddresses"]} == set(self.verified)
        self.sent.append(request["Message"])


@pytest.mark.parametrize(
    ("subject", "sent"),
    [
        ('ALARM: "a" in US East (Ohio)', 'ALARM: "a" in US East (Ohio)'),
        (None, "AWS Notification Message"),
        ("", "AWS Notification Message"),
    ],
)
def test_a_mail_has_the_subject_of_its_message(
    monkeypatch: pytest.MonkeyPatch, subject: str | None, sent: str
) -> None:
    ses = Ses()
    monkeypatch.setattr(mails, "connect_to", lambda: SimpleNamespace(ses=ses))
    publisher = SimpleNamespace(prepare_message=lambda message, *_, **__: message.text)
    message = SimpleNamespace(subject=subject, text="what happened")
    context = SimpleNamespace(message=message, topic_attributes={})

    mails.send(publisher, context, {"Endpoint": "ada@example.com"})

    (mail,) = ses.sent
    assert mail == {"Body": {"Text": {"Data": "what happened"}}, "Subject": {"Data": sent}}
