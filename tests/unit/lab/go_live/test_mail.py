"""`lab promote`: whether mails can be sent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lab.go_live import State, Step, mail
from tests.unit.lab.go_live.somebody import Somebody


def a_ses(a_day: float = 50_000, **statuses: str) -> Any:
    known = {f"{name}@shop.com": {"VerificationStatus": said} for name, said in statuses.items()}
    return SimpleNamespace(
        get_send_quota=lambda: {"Max24HourSend": a_day},
        get_identity_verification_attributes=lambda **_: {"VerificationAttributes": known},
    )


def the_mail(ses: Any, sender: str = "ada@shop.com", **more: Any) -> Step:
    settings = {"mail_sender": sender, "alarm_receivers": [], **more}
    return mail.look("prod", Somebody({"ses": ses}), settings)  # type: ignore[arg-type]


def test_an_address_that_nobody_can_have_is_to_be_changed() -> None:
    step = the_mail(a_ses(), "orders@checkout-lab.example")

    assert step.state == State.TO_DO
    assert step.command.endswith("terraform/environments/prod/terraform.tfvars")


def test_so_is_one_that_alarms_go_to() -> None:
    assert "a@b.example" in the_mail(a_ses(), alarm_receivers=["a@b.example"]).why


@pytest.mark.parametrize(
    ("ses", "fact"),
    [
        (a_ses(ada="Success"), "ada@shop.com is verified"),
        (a_ses(ada="Pending"), "is not verified yet"),
        (a_ses(), "gets a mail from AWS after the apply"),
    ],
)
def test_it_says_whether_the_sender_is_verified(ses: Any, fact: str) -> None:
    assert fact in the_mail(ses).facts[1]


@pytest.mark.parametrize(("a_day", "told"), [(200, True), (50_000, False)])
def test_the_sandbox_is_told(a_day: float, told: bool) -> None:
    assert any("sandbox" in fact for fact in the_mail(a_ses(a_day)).facts) is told
