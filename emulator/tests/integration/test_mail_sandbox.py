"""The sandbox of SES, which new accounts on AWS are in: off until it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.integration.roles import ACCOUNT, REGION, Role, allow

SENDER, CUSTOMER, STRANGER = "shop@example.com", "ada@example.org", "eve@example.net"
TEXT = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}
REFUSED = (
    "Email address is not verified. The following identities failed the check in region"
    f" {REGION.upper()}: "
)


def identity(name: str) -> str:
    return f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{name}"


@pytest.fixture
def settings(cloud: Cloud) -> Iterator[httpx.Client]:
    """The page of the settings, with the sandbox on; everything is reset afterwards."""
    ses = cloud.client("ses")
    with httpx.Client(base_url=cloud.endpoint, trust_env=False) as client:
        assert client.put("/_host/ses", json={"sandbox": True}).json() == {"sandbox": True}
        yield client
        client.delete("/_host/ses")
    for name in ses.list_identities()["Identities"]:
        ses.delete_identity(Identity=name)


def verify(cloud: Cloud, *addresses: str) -> None:
    for address in addresses:
        cloud.client("ses").verify_email_identity(EmailAddress=address)


def send(client: Any, *recipients: str) -> None:
    client.send_email(Source=SENDER, Destination={"ToAddresses": [*recipients]}, Message=TEXT)


def refusal(client: Any, *recipients: str) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        send(client, *recipients)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_mail_goes_to_verified_identities_only_in_the_words_of_aws(
    cloud: Cloud, settings: httpx.Client
) -> None:
    verify(cloud, SENDER, CUSTOMER)
    ses = cloud.client("ses")

    send(ses, f"Ada <{CUSTOMER}>")
    assert refusal(ses, CUSTOMER, STRANGER) == ("MessageRejected", REFUSED + STRANGER)
    send(ses, "success@simulator.amazonses.com")


def test_a_verified_domain_has_all_of_its_addresses(cloud: Cloud, settings: httpx.Client) -> None:
    verify(cloud, SENDER)
    cloud.client("ses").verify_domain_identity(Domain="example.net")

    send(cloud.client("ses"), STRANGER)


def test_a_raw_mail_and_one_from_a_template_are_looked_at_too(
    cloud: Cloud, settings: httpx.Client
) -> None:
    verify(cloud, SENDER)
    ses = cloud.client("ses")
    ses.create_template(Template={"TemplateName": "t", "SubjectPart": "s", "TextPart": "b"})
    raw = f"From: {SENDER}\r\nTo: {STRANGER}\r\nSubject: s\r\n\r\nb".encode()
    to = {"ToAddresses": [STRANGER]}
    for call, parameters in (
        (ses.send_raw_email, {"RawMessage": {"Data": raw}}),
        (ses.send_raw_email, {"RawMessage": {"Data": raw}, "Destinations": [STRANGER]}),
        (ses.send_templated_email,
         {"Source": SENDER, "Destination": to, "Template": "t", "TemplateData": "{}"}),
        (ses.send_bulk_templated_email,
         {"Source": SENDER, "Template": "t", "DefaultTemplateData": "{}",
          "Destinations": [{"Destination": to}]}),
    ):  # fmt: skip
        with pytest.raises(ClientError, match="Email address is not verified") as refused:
            call(**parameters)
        assert refused.value.response["Error"]["Message"] == REFUSED + STRANGER
    ses.delete_template(TemplateName="t")


def test_who_sends_needs_a_permission_on_the_recipients_identity(
    cloud: Cloud, settings: httpx.Client
) -> None:
    verify(cloud, SENDER, CUSTOMER)
    role = Role(cloud, allow("ses:SendEmail", identity(SENDER)))

    code, message = refusal(role.client("ses"), CUSTOMER)
    assert code == "AccessDenied"
    assert message == (
        f"User `{role.session}' is not authorized to perform `ses:SendEmail'"
        f" on resource `{identity(CUSTOMER)}'"
    )
    from_us = {"StringEquals": {"ses:FromAddress": SENDER}}
    role.may(allow("ses:SendEmail", identity("*"), Condition=from_us))
    send(role.client("ses"), CUSTOMER)

    settings.delete("/_host/ses")
    role.may(allow("ses:SendEmail", identity(SENDER)))
    send(role.client("ses"), CUSTOMER)


def test_the_quota_is_that_of_the_sandbox(cloud: Cloud, settings: httpx.Client) -> None:
    quota = cloud.client("ses").get_send_quota()

    assert (quota["Max24HourSend"], quota["MaxSendRate"]) == (200, 1)


def test_it_is_off_unless_it_is_asked_for_and_can_be_left(
    cloud: Cloud, settings: httpx.Client
) -> None:
    verify(cloud, SENDER)
    assert settings.get("/_host/ses").json() == {"sandbox": True}

    assert settings.delete("/_host/ses").json() == {"sandbox": False}
    send(cloud.client("ses"), STRANGER)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "no JSON"),
        (b"[]", "no JSON object"),
        (b'{"sand": true}', "no JSON object with the one setting sandbox"),
        (b'{"sandbox": 1}', "must be true or false, not 1"),
    ],
)
def test_a_mistake_changes_nothing_and_is_told(
    settings: httpx.Client, body: bytes, said: str
) -> None:
    answer = settings.put("/_host/ses", content=body)

    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert settings.get("/_host/ses").json() == {"sandbox": True}
