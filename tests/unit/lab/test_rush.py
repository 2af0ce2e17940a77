"""The simulation of a rush on one product: its core, and the page that quotes it."""

from __future__ import annotations

import random

import pytest

from checkout.adapters.dynamodb import ATTEMPTS
from lab.core import paths
from lab.measure import rush
from lab.measure.rush import Shard, Tally, simulate


def dice() -> random.Random:
    return random.Random(1)


def test_a_buyer_alone_gets_through_at_once() -> None:
    tally = simulate([1.0], shards=1, dice=dice())
    assert (tally.success, tally.retries, tally.conflicts) == (1, 0, 0)
    assert rush.BUSY_S[0] <= tally.took[0] <= rush.BUSY_S[1]


def test_two_at_the_same_moment_conflict_and_both_get_through() -> None:
    tally = simulate([1.0, 1.0], shards=1, dice=dice())
    assert (tally.success, tally.conflicts >= 1) == (1, True)
    assert max(tally.took) > min(tally.took)


def test_buyers_one_after_the_other_never_conflict() -> None:
    assert simulate([n * 0.02 for n in range(500)], shards=1, dice=dice()).retries == 0


def test_who_meets_conflicts_only_gives_up_after_as_many_attempts_as_the_adapter_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Shard, "conflicts", lambda _shard, _at: True)
    tally = simulate([1.0], shards=1, dice=dice())
    assert (tally.gave_up, tally.conflicts) == (1, ATTEMPTS)
    assert tally.retries == ATTEMPTS - 1


def test_a_shard_takes_five_hundred_transactions_in_a_second() -> None:
    shard = Shard(units=0.0)
    moments = [n / 8192 for n in range(10 * 8192 + 1)]  # exact in binary, so are the units
    assert sum(shard.spend(rush.TRANSACTION_UNITS, at) for at in moments) == 10 * 500


def test_unused_units_are_kept_for_a_second_and_no_longer() -> None:
    shard = Shard()
    assert sum(shard.spend(rush.TRANSACTION_UNITS, 60.0) for _ in range(600)) == 500


def test_more_shards_serve_buyers_better() -> None:
    arrivals = rush.evenly(dice(), buyers=2000)[:2000]
    hasty = [at / 5 for at in arrivals]  # the same rate as 10,000 in a minute
    success = [simulate(hasty, shards, dice()).success for shards in (1, 4, 16)]
    assert success == sorted(success)
    assert success[0] < 0.8
    assert success[-1] > 0.999


def test_percentiles_are_of_those_who_got_through() -> None:
    tally = Tally(took=[0.3, 0.1, 0.2, 0.4], gave_up=1)
    assert (tally.percentile(0.5), tally.percentile(0.95)) == (0.2, 0.4)
    assert tally.success == 0.8


def test_the_tables_of_the_decision_are_what_the_command_prints() -> None:
    page = (paths.ROOT / "docs" / "decisions" / "0008-hot-products.md").read_text(encoding="utf-8")
    assert "python -m lab.measure.rush" in page
    assert "\n".join(rush.tables()).strip() in page
