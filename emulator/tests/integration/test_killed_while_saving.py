"""Kills the emulator twenty times in the middle of saving, and audits what is there afterwards."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from localstack_host.host import ports, process
from localstack_host.state import commands
from localstack_host.state.saved_states import CURRENT, DRAFT, SavedStates
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_until_gone

KILLS = 20
TABLE, BUCKET, QUEUE = "pairs", "objects", "messages"
WORDS = 20_000  # of an object: more than one write of a file, less than a second
SEED = int.from_bytes(os.urandom(4))


@dataclass
class Writer:
    """Writes numbers, each by an operation of its own, until the emulator is dead."""

    write: Callable[[Cloud, int], None]
    number: int = 0
    acknowledged: int = 0

    def run(self, cloud: Cloud) -> None:
        with suppress(ClientError, BotoCoreError):
            while True:
                self.number += 1
                self.write(cloud, self.number)
                self.acknowledged = self.number


def put_pair(cloud: Cloud, number: int) -> None:
    """Two counters, and two new items: all or nothing."""
    items = [
        ("left", "counter"),
        ("right", "counter"),
        ("left", f"{number}"),
        ("right", f"{number}"),
    ]
    cloud.client("dynamodb").transact_write_items(
        TransactItems=[
            {
                "Put": {
                    "TableName": TABLE,
                    "Item": {"side": {"S": side}, "id": {"S": name}, "n": {"N": f"{number}"}},
                }
            }
            for side, name in items
        ]
    )


def put_object(cloud: Cloud, number: int) -> None:
    """The same number throughout, in an object that is replaced again and again."""
    body = f"{number:09}" * WORDS
    cloud.client("s3").put_object(Bucket=BUCKET, Key=f"{number % 3}", Body=body.encode())


def send_message(cloud: Cloud, number: int) -> None:
    url = f"{cloud.endpoint}/000000000000/{QUEUE}"
    cloud.client("sqs").send_message(QueueUrl=url, MessageBody=f"{number}")


def put_parameter(cloud: Cloud, number: int) -> None:
    cloud.client("ssm").put_parameter(
        Name="/number", Value=f"{number}", Type="String", Overwrite=True
    )


@dataclass
class Ordeal:
    """What was written, and what a completed save must have."""

    home: Path
    random: random.Random
    port: int = field(default_factory=ports.any_free)
    writers: dict[str, Writer] = field(
        default_factory=lambda: {
            "pairs": Writer(put_pair),
            "objects": Writer(put_object),
            "messages": Writer(send_message),
            "parameters": Writer(put_parameter),
        }
    )
    saved: dict[str, int] = field(default_factory=dict)

    def start(self) -> tuple[process.Emulator, Cloud]:
        emulator = process.start(self.port)
        assert emulator.state["refused"] is None, emulator.state
        return emulator, Cloud(emulator.endpoint)

    def write_and_kill(self, emulator: process.Emulator, cloud: Cloud) -> None:
        threads = [
            threading.Thread(target=writer.run, args=[cloud]) for writer in self.writers.values()
        ]
        threads.append(threading.Thread(target=self._save, args=[emulator.endpoint]))
        for thread in threads:
            thread.start()
        time.sleep(self.random.uniform(0.2, 1.2))  # a moment that nobody knows
        self._kill(emulator)
        for thread in threads:
            thread.join()

    def _save(self, endpoint: str) -> None:
        """Saves without a pause; what was acknowledged before a completed save is in it."""
        while True:
            acknowledged = {name: one.acknowledged for name, one in self.writers.items()}
            if commands.save_running(endpoint) is not None:
                return
            self.saved = acknowledged

    def _kill(self, emulator: process.Emulator) -> None:
        """The emulator only, as by kill -9, or all its processes, as by a power cut."""
        process_ = psutil.Process(emulator.pid)
        family = [process_]
        if self.random.random() < 0.5:
            family += process_.children(recursive=True)
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.send_signal(signal.SIGKILL)
        wait_until_gone([emulator.pid])

    def audit(self, cloud: Cloud) -> None:
        """Nothing is torn, and nothing that was saved is missing."""
        self._audit_pairs(cloud.client("dynamodb"))
        self._audit_objects(cloud.client("s3"))
        self._audit_messages(cloud.client("sqs"), f"{cloud.endpoint}/000000000000/{QUEUE}")
        parameter = cloud.client("ssm").get_parameter(Name="/number")["Parameter"]
        self._is_kept("parameters", int(parameter["Value"]))
        drafts = [path for path in (self.home / "state").glob(f"*{DRAFT}") if path.is_dir()]
        assert len(drafts) <= 1  # of the emulator that runs, and not of those before it

    def _audit_pairs(self, dynamodb: Any) -> None:
        pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        items = [item for page in pages for item in page["Items"]]
        sides: dict[str, dict[str, str]] = {"left": {}, "right": {}}
        for item in items:
            sides[item["side"]["S"]][item["id"]["S"]] = item["n"]["N"]
        assert sides["left"] == sides["right"]
        counter = int(sides["left"].pop("counter", "0"))
        assert sides["left"].keys() == {f"{n}" for n in range(1, counter + 1)}
        self._is_kept("pairs", counter)

    def _audit_objects(self, s3: Any) -> None:
        newest = 0
        for described in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            body = s3.get_object(Bucket=BUCKET, Key=described["Key"])["Body"].read()
            assert body == body[:9] * WORDS
            assert described["ETag"].strip('"') == hashlib.md5(body).hexdigest()
            newest = max(newest, int(body[:9]))
        self._is_kept("objects", newest)

    def _audit_messages(self, sqs: Any, url: str) -> None:
        """Each message once; what a consumer had received is in flight."""
        consumed = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        assert all(int(message["Body"]) for message in consumed.get("Messages", []))
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        counts = [int(n) for name, n in attributes.items() if name.startswith("Approximate")]
        assert sum(counts) <= self.writers["messages"].number
        self._is_kept("messages", sum(counts))

    def _is_kept(self, name: str, number: int) -> None:
        """At least what was in a completed save; numbers go on where the state stands."""
        assert number >= self.saved.get(name, 0), f"{name}: {number} of {self.saved}"
        self.writers[name].number = self.writers[name].acknowledged = number


def create(cloud: Cloud) -> None:
    cloud.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "side", "KeyType": "HASH"},
            {"AttributeName": "id", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("side", "id")
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    cloud.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
    )
    cloud.client("sqs").create_queue(QueueName=QUEUE)
    put_parameter(cloud, 0)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [2, pytest.param(KILLS, marks=pytest.mark.exhaustive)])
def test_kills_in_the_middle_of_saving_tear_nothing(home: Path, kills: int) -> None:
    ordeal = Ordeal(home, random.Random(SEED))
    emulator, cloud = ordeal.start()
    create(cloud)
    assert commands.save_running(emulator.endpoint) is None
    for _ in range(kills):
        ordeal.write_and_kill(emulator, cloud)
        emulator, cloud = ordeal.start()
        ordeal.audit(cloud)
    assert SavedStates(home / "state").folder(CURRENT)
    assert ordeal.saved["pairs"]  # what was audited had been saved
