"""Order events from the queue, each one mail to the customer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from checkout.bootstrap import services
from checkout.domain.errors import Contended
from checkout.use_cases.notify_customer import notify_customer

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)

TIME_FOR_A_MAIL_MS = 10_000
"""Longer than SES may take (7 s, see bootstrap.py) and the note of it after that.

A function that is cut off between sending a mail and noting it down would send it again, so no
mail is begun later than that.
"""


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: Any) -> Any:
    """Answers with the messages that failed, so that only those come again."""
    return process_partial_response(
        event=event, record_handler=_notify, processor=processor, context=context
    )


def _notify(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """A failure is logged here: nothing else logs those of a batch that failed in part."""
    with logger.append_context_keys(sqs_message_id=record.message_id, **_times(record)):
        try:
            _mail(_detail(record.body), lambda_context)
        except Exception:
            logger.exception("not mailed")
            raise
        finally:
            logger.remove_keys(["order_id", "correlation_id"])


def _times(record: SQSRecord) -> dict[str, Any]:
    """When the message was sent to the queue, in milliseconds since 1970, and how often it came."""
    attributes = record.raw_event["attributes"]
    sent, receives = attributes.get("SentTimestamp"), attributes.get("ApproximateReceiveCount")
    return {"queued_at": int(sent), "receives": int(receives)} if sent and receives else {}


def _mail(detail: Mapping[str, Any], context: LambdaContext) -> None:
    order_id = str(detail["orderId"])
    # An event from before there was a correlation id may come late, or be replayed.
    correlation_id = detail.get("correlationId") or order_id
    logger.append_keys(order_id=order_id, correlation_id=correlation_id)
    if context.get_remaining_time_in_millis() < TIME_FOR_A_MAIL_MS:
        raise Contended(f"Too late to begin the mail about {order_id}: it comes again")
    deps = services()
    mail_id = notify_customer(order_id, deps.orders, deps.mailer, deps.clock)
    logger.info("mailed", extra={"message_id": mail_id})


def _detail(body: str) -> Mapping[str, Any]:
    """The event is inside SNS's envelope, and its detail inside EventBridge's."""
    event = json.loads(json.loads(body)["Message"])
    detail: Mapping[str, Any] = event["detail"]
    return detail
