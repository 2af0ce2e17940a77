"""The event bus, the state machine, the mail service and the parameter store; clock and ids."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from botocore.exceptions import ClientError

from checkout.domain.errors import Contended, MailNotSent
from checkout.domain.events import Event
from checkout.domain.mail import Mail
from checkout.domain.order import Fault, FaultInjection

SOURCE = "checkout"


@dataclass(frozen=True)
class EventBridge:
    """An event bus."""

    client: Any
    bus: str

    def publish(self, event: Event) -> None:
        """See `ports.Events`. PutEvents answers 200 even for what it did not take."""
        entry = {
            "EventBusName": self.bus,
            "Source": SOURCE,
            "DetailType": event.type,
            "Detail": json.dumps(event.detail),
        }
        response = self.client.put_events(Entries=[entry])
        if response["FailedEntryCount"]:
            reason = response["Entries"][0].get("ErrorMessage", "no reason given")
            raise Contended(f"The bus did not take {event.type}: {reason}")


@dataclass(frozen=True)
class StepFunctions:
    """The checkout's state machine. An execution is named by its order, so there is one."""

    client: Any
    state_machine_arn: str

    def start(self, order_id: str, simulate: FaultInjection | None, correlation_id: str) -> None:
        """See `ports.Workflow`."""
        switch = _switch(simulate) if simulate else None
        execution = {"orderId": order_id, "simulate": switch, "correlationId": correlation_id}
        try:
            self.client.start_execution(
                stateMachineArn=self.state_machine_arn,
                name=order_id,
                input=json.dumps(execution),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def has_ended(self, order_id: str) -> bool | None:
        """See `ports.Workflow`."""
        arn = self.state_machine_arn.replace(":stateMachine:", ":execution:")
        try:
            response = self.client.describe_execution(executionArn=f"{arn}:{order_id}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return None
        return bool(response["status"] != "RUNNING")


def _switch(simulate: FaultInjection) -> Mapping[str, Any]:
    """A failure switch in the execution's input, where `workflow.Task` reads it."""
    how = {"how": simulate.how.value} if simulate.how is not Fault.RAISE else {}
    after = {"after": simulate.after} if simulate.after else {}
    return {"fail": simulate.fail, "times": simulate.times, **how, **after}


@dataclass(frozen=True)
class SesMailer:
    """Amazon SES."""

    client: Any
    sender: str

    def send(self, mail: Mail) -> str:
        """See `ports.Mailer`. SES's errors may name the customer, so they are not passed on."""
        try:
            response = self.client.send_raw_email(
                Source=self.sender,
                Destinations=[mail.to],
                RawMessage={"Data": _mime(mail, self.sender)},
            )
        except ClientError as error:
            raise MailNotSent(error.response["Error"]["Code"]) from None
        return str(response["MessageId"])


def _mime(mail: Mail, sender: str) -> bytes:
    """The mail as SES sends it on: SendEmail takes no headers.

    Raises ValueError for a header with a line feed.
    """
    message = EmailMessage(SMTP)
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["X-Correlation-Id"] = mail.correlation_id
    # In 7 bits: https://docs.aws.amazon.com/ses/latest/dg/send-email-raw.html
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return bytes(message)


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """See `ports.Clock`."""
        return datetime.now(UTC)


class RandomIds:
    """Ids that cannot be guessed."""

    def order_id(self) -> str:
        """See `ports.Ids`."""
        return f"ord_{uuid.uuid4().hex}"
