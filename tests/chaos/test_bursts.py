"""Clients that do not wait: whatever comes in at once is served in its turn, and none of it fails.

`LAB_BURSTS=600,1200,2000 pytest tests/chaos/test_bursts.py` tries larger ones.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime

import pytest

from lab.core import run_state
from lab.measure.bench import burst, checkouts
from lab.operate import audit
from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd

pytestmark = pytest.mark.exhaustive

# The first try to charge takes a second. All those tries keep the function at work for longer than
# a state may take: were the wait for a turn the state's time, it would run into its timeout.
SLOW = ("tok_timeout_once",)
ASKED_FOR = os.environ.get("LAB_BURSTS", "")
BURSTS = [(int(size), burst.PAYMENT_TOKENS) for size in ASKED_FOR.split(",") if size] or [
    (150, SLOW)
]
CLIENTS = 32
# At rest the emulator has some 70. Each process of a function has 3, each client one, each turn a
# few. Other tests on the same emulator deploy more functions.
MOST_THREADS = 400


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("orders", "tokens"), BURSTS)
def test_a_burst_fails_no_good_order_and_leaves_the_books_clean(
    crowd: Crowd, tell: Tell, orders: int, tokens: tuple[str, ...]
) -> None:
    target = crowd.shop.target
    checkouts.stock_up(target)
    queued = _queued_compensations(crowd)
    began = datetime.now(UTC)

    found = burst.burst(target, orders, CLIENTS, _emulator(crowd), tokens)

    assert found.answers == {"202": orders}
    assert found.ended == {"CONFIRMED": orders}
    # A machine on which orders take longer also takes longer for their mails.
    grace_s = max(audit.DELIVERY_GRACE_S, found.seconds / 2)
    audited = audit.run(target, delivery_grace_s=grace_s)
    late = [row for finding in audited.findings for row in finding.broken]
    assert not late, "mails do not keep up with their orders"
    assert "States.Timeout" not in _errors(crowd, began)
    assert found.threads is None or found.threads < MOST_THREADS
    tell(f"{found}; {crowd.audit()}")
    assert _queued_compensations(crowd) == queued


def _errors(crowd: Crowd, began: datetime) -> Counter[str]:
    """What failed tries of states said, of all executions since then."""
    pages = crowd.workflow.get_paginator("list_executions")
    machine = {"stateMachineArn": crowd.watch.state_machine}
    started = [one for page in pages.paginate(**machine) for one in page["executions"]]
    ways = [crowd.way(one["name"]) for one in started if one["startDate"] >= began]
    return Counter(error for way in ways for step in way.steps for error in step.errors)


def _emulator(crowd: Crowd) -> int | None:
    """Its process, if this lab started it."""
    known = run_state.load()
    same = known is not None and str(known.port) in str(crowd.shop.target.endpoint)
    return known.pid if known and same else None


def _queued_compensations(crowd: Crowd) -> int:
    """Orders that somebody is called to look at."""
    queues = crowd.shop.target.client("sqs")
    url = queues.get_queue_url(QueueName=crowd.shop.target.named("compensation"))["QueueUrl"]
    told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])
