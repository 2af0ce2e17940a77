"""Mails to the subscribers of topics: LocalStack gives all of them one subject.

https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.localstack_api import config, connect_to

# What a message without a subject is called.
NO_SUBJECT = "AWS Notification Message"
SENDER = "admin@localstack.com"


def send(publisher: Any, context: Any, subscriber: Any) -> None:
    """Sends a message as a mail, through SES as LocalStack does.

    `publisher` is LocalStack's of the protocol, which makes the text.
    """
    sender = config.SNS_SES_SENDER_ADDRESS or SENDER
    mails = connect_to().ses
    for address in (subscriber["Endpoint"], sender):
        mails.verify_email_address(EmailAddress=address)
    message = context.message
    text = publisher.prepare_message(message, subscriber, topic_attributes=context.topic_attributes)
    mails.send_email(
        Source=sender,
        Message={
            "Body": {"Text": {"Data": text}},
            "Subject": {"Data": message.subject or NO_SUBJECT},
        },
        Destination={"ToAddresses": [subscriber["Endpoint"]]},
    )
