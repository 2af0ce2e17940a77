"""What becomes of an event that a target has not taken: retries, and the dead-letter queue.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
Retries that are due when the emulator stops are lost.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from localstack_host.localstack_api import connect_to
from localstack_host.services import retrying
from localstack_host.services.events import metrics
from localstack_host.services.timer import timer

LOG = logging.getLogger(__name__)
Process = Callable[[Any, Any, Any], None]


@dataclass(frozen=True)
class Delivery:
    """An event on its way to a target: LocalStack's sender and the event as it was put.

    `began` is in seconds (monotonic clock); `attempts` counts the retries.
    """

    process: Process
    sender: Any
    event: dict[str, Any]
    trace: Any
    began: float
    attempts: int = 0

    def attempt(self) -> None:
        """Tries to deliver. What fails is tried again later, or is a dead letter; else raises."""
        try:
            self.process(self.sender, dict(self.event), self.trace)
        except NotImplementedError:
            raise  # LocalStack lacks this kind of target
        except Exception as error:
            code, retried = retrying.classified(error)
            exhausted = self._exhausted() if retried else ""
            if retried and not exhausted:
                self._retry()
            else:
                metrics.invoked(self.sender, well=False)
                self._bury(code, error, exhausted)
            if not self.attempts:
                raise
        else:
            metrics.invoked(self.sender, well=True)

    def _exhausted(self) -> str:
        """The limit of the retry policy that has been reached; empty if none has."""
        age_s = time.monotonic() - self.began
        return retrying.exhausted(self.sender.target.get("RetryPolicy"), self.attempts, age_s)

    def _retry(self) -> None:
        again = replace(self, attempts=self.attempts + 1)
        timer().after(retrying.pause_s(self.attempts), again.attempt)

    def _bury(self, code: str, error: Exception, exhausted: str) -> None:
        """Sends the event to the target's dead-letter queue, if it has one that lets the rule."""
        queue = (self.sender.target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return
        attributes = {
            "RULE_ARN": self.sender.rule_arn,
            "TARGET_ARN": self.sender.target["Arn"],
            "ERROR_CODE": code,
            "ERROR_MESSAGE": retrying.message(error),
            "EXHAUSTED_RETRY_CONDITION": exhausted,
            "RETRY_ATTEMPTS": str(self.attempts) if exhausted else "",
        }
        event = {name: value for name, value in self.event.items() if name != "event-bus-name"}
        try:
            _send(queue, json.dumps(event), attributes)
            metrics.buried(self.sender, well=True)
        except Exception as failure:
            metrics.buried(self.sender, well=False)
            LOG.warning("The dead-letter queue %s takes no events: %s", queue, failure)


def deliver(process: Process, sender: Any, event: Any, trace_header: Any) -> None:
    """Wraps `process_event` of LocalStack's senders."""
    Delivery(process, sender, dict(event), trace_header, time.monotonic()).attempt()


def _send(queue: str, body: str, attributes: dict[str, str]) -> None:
    _, _, _, region, account, name = queue.split(":")
    client = connect_to(aws_access_key_id=account, region_name=region).sqs
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    described = {
        key: {"DataType": "Number" if key == "RETRY_ATTEMPTS" else "String", "StringValue": value}
        for key, value in attributes.items()
        if value
    }
    as_service = client.request_metadata(
        service_principal="events", source_arn=attributes["RULE_ARN"]
    )
    as_service.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=described)
