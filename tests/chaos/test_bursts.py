"""Clients that do not wait: whatever comes in at once is served in its turn, and none of it fails.

`LAB_BURSTS=600,1200,2000 pytest tests/chaos/test_bursts.py` tries larger ones.
"""

from __future__ import annotations

import os

import pytest

from lab.bench import burst, checkouts
from lab.emulator import record
from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd

SIZES = [int(size) for size in os.environ.get("LAB_BURSTS", "150").split(",")]
CLIENTS = 32
# At rest the emulator has some 200; of a burst each client has one, and each turn a few.
MOST_THREADS = 400


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("orders", SIZES)
def test_a_burst_fails_no_good_order_and_leaves_the_books_clean(
    crowd: Crowd, tell: Tell, orders: int
) -> None:
    target = crowd.shop.target
    checkouts.stock_up(target)
    queued = _queued_compensations(crowd)

    found = burst.burst(target, orders, CLIENTS, _emulator(crowd))

    assert found.answers == {"202": orders}
    assert found.ended == {"CONFIRMED": orders}
    assert found.threads is None or found.threads < MOST_THREADS
    tell(f"{found}; {crowd.audit()}")
    assert _queued_compensations(crowd) == queued


def _emulator(crowd: Crowd) -> int | None:
    """Its process, if this lab started it."""
    known = record.load()
    same = known is not None and str(known.port) in str(crowd.shop.target.endpoint)
    return known.pid if known and same else None


def _queued_compensations(crowd: Crowd) -> int:
    """Orders that somebody is called to look at."""
    queues = crowd.shop.target.client("sqs")
    url = queues.get_queue_url(QueueName=crowd.shop.target.named("compensation"))["QueueUrl"]
    told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])
