"""When schedules invoke their targets: rates, cron expressions and times, in their time zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from localstack_host.services.scheduler.expressions import parsed

NOON = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)  # a Saturday


def occurrences(text: str, zone: str = "UTC", after: datetime = NOON, many: int = 3) -> list[str]:
    """The next ones, as UTC times to the minute."""

    def following(moment: datetime) -> Iterator[datetime]:
        expression = parsed(text, zone, NOON)
        while (occurrence := expression.next(moment)) is not None:
            yield occurrence
            moment = occurrence + timedelta(seconds=1)

    return [f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" for moment in islice(following(after), many)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0/20 * * * ? *)", ["2026-11-28 12:20", "2026-11-28 12:40", "2026-11-28 13:00"]),
        ("cron(0 8-10/2 * * ? *)", ["2026-11-29 08:00", "2026-11-29 10:00", "2026-11-30 08:00"]),
        # Five fields: the year may be left out.
        ("cron(0 8 * * ?)", ["2026-11-29 08:00", "2026-11-30 08:00", "2026-12-01 08:00"]),
        # Sunday is 1, where cron of Unix has 0.
        ("cron(0 8 ? * 1 *)", ["2026-11-29 08:00", "2026-12-06 08:00", "2026-12-13 08:00"]),
        ("cron(0 8 ? * fri-mon *)", ["2026-11-29 08:00", "2026-11-30 08:00", "2026-12-04 08:00"]),
        ("cron(0 8 ? * MON#1 *)", ["2026-12-07 08:00", "2027-01-04 08:00", "2027-02-01 08:00"]),
        ("cron(0 8 ? * 6L *)", ["2026-12-25 08:00", "2027-01-29 08:00", "2027-02-26 08:00"]),
        ("cron(0 8 ? * L *)", ["2026-12-05 08:00", "2026-12-12 08:00", "2026-12-19 08:00"]),
        ("cron(0 8 L * ? *)", ["2026-11-30 08:00", "2026-12-31 08:00", "2027-01-31 08:00"]),
        ("cron(0 8 LW * ? *)", ["2026-11-30 08:00", "2026-12-31 08:00", "2027-01-29 08:00"]),
        ("cron(0 8 1W * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00", "2027-02-01 08:00"]),
        ("cron(0 8 1W MAY ? 2027)", ["2027-05-03 08:00"]),  # the 1st is a Saturday
        ("cron(0 8 31 * ? *)", ["2026-12-31 08:00", "2027-01-31 08:00", "2027-03-31 08:00"]),
        ("cron(0 0 29 FEB ? *)", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
        ("cron(0 0 30 2 ? *)", []),
        ("cron(0 0 1 1 ? 2020-2025)", []),
        ("rate(5 minutes)", ["2026-11-28 12:00", "2026-11-28 12:05", "2026-11-28 12:10"]),
        ("rate(1 hour)", ["2026-11-28 12:00", "2026-11-28 13:00", "2026-11-28 14:00"]),
        ("rate(2 days)", ["2026-11-28 12:00", "2026-11-30 12:00", "2026-12-02 12:00"]),
    ],
)
def test_the_next_occurrences(expression: str, expected: list[str]) -> None:
    assert occurrences(expression) == expected


@pytest.mark.parametrize(
    ("expression", "zone", "after", "expected"),
    [
        # 8 March 2026, 2:00 is 3:00: what falls between is skipped.
        (
            "cron(30 2 * * ? *)",
            "America/Los_Angeles",
            datetime(2026, 3, 7, 12, tzinfo=UTC),
            ["2026-03-09 09:30", "2026-03-10 09:30", "2026-03-11 09:30"],
        ),
        # 1 November 2026, 2:00 is 1:00: what is there twice is done once, the first time.
        (
            "cron(30 1 * * ? *)",
            "America/New_York",
            datetime(2026, 11, 1, 5, tzinfo=UTC),
            ["2026-11-01 05:30", "2026-11-02 06:30", "2026-11-03 06:30"],
        ),
        ("cron(30 8 * * ? *)", "Europe/Berlin", NOON, ["2026-11-29 07:30", "2026-11-30 07:30"]),
        ("cron(0 1 * * ? *)", "Asia/Tokyo", NOON, ["2026-11-28 16:00", "2026-11-29 16:00"]),
    ],
)
def test_a_time_zone_has_its_daylight_saving_time(
    expression: str, zone: str, after: datetime, expected: list[str]
) -> None:
    assert occurrences(expression, zone, after, len(expected)) == expected


def test_a_time_is_in_the_zone_and_may_have_passed() -> None:
    expression = parsed("at(2022-11-20T13:00:00)", "America/Los_Angeles", NOON)
    assert expression.next(NOON) == datetime(2022, 11, 20, 21, tzinfo=UTC)


def test_a_rate_goes_on_from_its_first_occurrence() -> None:
    expression = parsed("rate(7 minutes)", None, NOON)
    assert expression.next(NOON - timedelta(days=1)) == NOON
    assert expression.next(NOON + timedelta(minutes=20)) == NOON + timedelta(minutes=21)


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 1 * * * *)",
        "cron(0 1 ? * ? *)",
        "cron(7 20 * * NOT *)",
        "cron(71 8 1 * ? *)",
        "cron(0 24 1 * ? *)",
        "cron(0 8 32 * ? *)",
        "cron(0 8 ? * 8 *)",
        "cron(0 8 ? * 2#6 *)",
        "cron(0 8 ? * 3#1,6#3 *)",
        "cron(0/0 8 * * ? *)",
        "cron(0 8 1 * ? 1969)",
        "cron(0 8 1 *)",
        "cron()",
        "rate(0 minutes)",
        "rate(10 seconds)",
        "rate(10 minutess)",
        "rate( 10 minutes )",
        " rate(10 minutes)",
        "at(2021-12-31T23:59:59Z)",
        "at(2026-05-30T12:03:37.080)",
        "at(2026-02-30T12:00:00)",
        "at(2021-12-31)",
        "every day",
    ],
)
def test_what_is_no_schedule_expression(expression: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(expression, None, NOON)
