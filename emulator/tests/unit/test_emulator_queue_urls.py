"""What is a queue's URL for LocalStack is one here, and is told in little time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localstack.services.sqs import utils

from localstack_host.services.sqs.patches import is_queue_url

ORIGINAL = (
    utils.STANDARD_ENDPOINT,
    utils.DOMAIN_ENDPOINT,
    utils.PATH_ENDPOINT,
    utils.LEGACY_ENDPOINT,
)
SMALL = (":", "/", "\n", ".", "é", "_", "a", "A", "4566", "sqs.", "queue.", "/queue/")
LARGE = ("us-east-1", "000000000000", "/000000000000/", "name", "localhost:4566/", "٣")
SUFFIXES = (".fifo", "xfifo", ":fifo")
PARTS = st.sampled_from(SMALL + LARGE + SUFFIXES)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_it_is_told_as_localstack_tells_it(url: str) -> None:
    assert is_queue_url(url) == any(wanted.search(url) for wanted in ORIGINAL)


@pytest.mark.parametrize("start", ["", "/queue/us-east-1", "sqs.us-east-1.localhost", "queue."])
@pytest.mark.parametrize("queue", ["/000000000000/q", "/000000000000/q.fifo", "/00/q", ""])
def test_those_that_there_are(start: str, queue: str) -> None:
    for url in (f"{start}:4566{queue}", f"http://localhost:4566{start}{queue}"):
        assert is_queue_url(url) == any(wanted.search(url) for wanted in ORIGINAL)


@pytest.mark.parametrize(
    "unit", ["a", "/a", "a:4566/", "a:4566/000000000000/q", "a:4566/queue/a", "sqs.a.", "queue."]
)
def test_twice_as_long_takes_about_twice_the_time(unit: str) -> None:
    def taken(length: int) -> float:
        url = unit * (length // len(unit)) + "!"
        start = time.process_time()
        is_queue_url(url)
        return time.process_time() - start

    short = min(taken(400_000) for _ in range(3))
    assert min(taken(800_000) for _ in range(3)) < 3 * short + 0.01
