"""Listens to the event bus while the machine room is open: a rule, and a queue that it fills."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import psutil
from botocore.exceptions import BotoCoreError, ClientError

from lab.core.target import Target
from lab.shop.event_queue import policy, queue_arn

NAME = "machine-room-listener"
KEPT = 200
WAIT_S = 1


@dataclass
class BusListener:
    """The events that were on the bus since the listener was opened, the newest last."""

    target: Target
    _heard: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def open(self) -> None:
        """Creates rule and queue, and removes what killed servers left behind."""
        self._remove_forgotten()
        sqs, events = self.target.client("sqs"), self.target.client("events")
        url = sqs.create_queue(QueueName=self._name)["QueueUrl"]
        arn, bus = queue_arn(sqs, url), self.target.prefix
        pattern = json.dumps({"source": [{"prefix": ""}]})
        rule = events.put_rule(Name=self._name, EventBusName=bus, EventPattern=pattern)
        allowed = {"Policy": policy(arn, rule["RuleArn"])}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=allowed)
        targets = [{"Id": "queue", "Arn": arn}]
        events.put_targets(Rule=self._name, EventBusName=bus, Targets=targets)
        self._thread = threading.Thread(target=self._listen, args=(sqs, url), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Removes both."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=WAIT_S + 2)
            self._remove(self._name)

    def heard(self) -> list[dict[str, Any]]:
        """The events, ready for JSON."""
        return [
            {"at": e["time"], "id": e["id"], "type": e["detail-type"], "detail": e["detail"]}
            for e in list(self._heard)
        ]

    @property
    def _prefix(self) -> str:
        return f"{NAME}-{self.target.environment}-"

    @property
    def _name(self) -> str:
        """Two servers hear everything each, so each process has its own."""
        return f"{self._prefix}{os.getpid()}"

    def _listen(self, sqs: Any, url: str) -> None:
        while not self._stop.is_set():
            try:
                self._receive(sqs, url)
            except (BotoCoreError, ClientError):  # the emulator was restarted, or is busy
                self._stop.wait(WAIT_S)

    def _receive(self, sqs: Any, url: str) -> None:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=WAIT_S)
        for message in answer.get("Messages", []):
            self._heard.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def _remove_forgotten(self) -> None:
        bus = {"EventBusName": self.target.prefix}
        rules = self.target.client("events").list_rules(NamePrefix=self._prefix, **bus)["Rules"]
        for name in {rule["Name"] for rule in rules} | {self._name}:
            pid = int(name.removeprefix(self._prefix))
            if pid == os.getpid() or not psutil.pid_exists(pid):
                self._remove(name)

    def _remove(self, name: str) -> None:
        events, sqs = self.target.client("events"), self.target.client("sqs")
        bus = {"EventBusName": self.target.prefix}
        if name in {rule["Name"] for rule in events.list_rules(NamePrefix=name, **bus)["Rules"]}:
            events.remove_targets(Rule=name, Ids=["queue"], **bus)
            events.delete_rule(Name=name, **bus)
        for url in sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", []):
            if url.endswith(f"/{name}"):
                sqs.delete_queue(QueueUrl=url)
