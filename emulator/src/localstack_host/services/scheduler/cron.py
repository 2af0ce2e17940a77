"""The cron expressions of AWS: six fields, of which the last, the year, may be left out.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS = (5, 6)  # how many there may be
ANY, ALL = "?", "*"
LAST, SATURDAY, FRIDAY = "L", 7, 6  # days of the week count from Sunday, which is 1
PART = re.compile(r"(?P<first>\w+|\*)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")
NEAREST = re.compile(r"(\d{1,2})W")
LAST_OF_ITS_KIND = re.compile(r"(\w+)L")
NTH = re.compile(r"(\w+)#([1-5])")


@dataclass(frozen=True)
class Field:
    """The values that a field may have, and the names of some."""

    lowest: int
    highest: int
    names: tuple[str, ...] = ()

    def values(self, text: str) -> frozenset[int]:
        """The values that a text names. Raises ValueError."""
        return frozenset(value for part in text.split(",") for value in self._part(part))

    def number(self, text: str) -> int:
        """The value of a name or a number. Raises ValueError."""
        if text.upper() in self.names:
            return self.lowest + self.names.index(text.upper())
        if not text.isdecimal() or not self.lowest <= int(text) <= self.highest:
            raise ValueError(f"{text} is not in {self.lowest}-{self.highest}")
        return int(text)

    def _part(self, text: str) -> Iterator[int]:
        match = PART.fullmatch(text)
        if match is None or match["step"] == "0":
            raise ValueError(f"{text} is no value")
        first, last, step = match["first"], match["last"], int(match["step"] or 1)
        if first == ALL:
            yield from range(self.lowest, self.highest + 1, step)
            return
        start = self.number(first)
        end = self.number(last) if last else (self.highest if match["step"] else start)
        if end < start:  # FRI-MON
            end += self.highest - self.lowest + 1
        for value in range(start, end + 1, step):
            yield value if value <= self.highest else value - self.highest + self.lowest - 1


MINUTE, HOUR, DAY = Field(0, 59), Field(0, 23), Field(1, 31)
MONTH, WEEKDAY, YEAR = Field(1, 12, MONTHS), Field(1, 7, DAYS), Field(1970, 2199)


@dataclass(frozen=True)
class Cron:
    """A recurring schedule in a time zone."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    day: str
    months: frozenset[int]
    weekday: str
    years: frozenset[int]
    zone: ZoneInfo

    @classmethod
    def of(cls, text: str, zone: ZoneInfo) -> Cron:
        """What is between the brackets of `cron(…)`. Raises ValueError."""
        fields = text.split()
        if len(fields) not in FIELDS:
            raise ValueError(f"a cron expression has 6 fields, not {len(fields)}")
        minute, hour, day, month, weekday = fields[:5]
        if (day == ANY) == (weekday == ANY):
            raise ValueError("one of day-of-month and day-of-week is ?")
        minutes, hours = sorted(MINUTE.values(minute)), sorted(HOUR.values(hour))
        years = YEAR.values(fields[5] if len(fields) > FIELDS[0] else ALL)
        day, weekday = day.upper(), weekday.upper()
        cron = cls(tuple(minutes), tuple(hours), day, MONTH.values(month), weekday, years, zone)
        cron._days_of(2000, 1)  # raises for a wrong day
        return cron

    def next(self, earliest: datetime) -> datetime | None:
        """The first occurrence that is not before `earliest`; None if there is none."""
        for day in self._days_from(earliest.astimezone(self.zone).date()):
            for hour in self.hours:
                for minute in self.minutes:
                    moment = _moment(day, hour, minute, self.zone)
                    if moment is not None and moment >= earliest:
                        return moment
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in sorted(year for year in self.years if year >= first.year):
            for month in sorted(self.months):
                if (year, month) >= (first.year, first.month):
                    days = (date(year, month, day) for day in self._days_of(year, month))
                    yield from (day for day in days if day >= first)

    def _days_of(self, year: int, month: int) -> list[int]:
        """The days of a month, in order. Raises ValueError for what names none."""
        length = calendar.monthrange(year, month)[1]
        found = (
            _by_weekday(self.weekday, year, month, length)
            if self.day == ANY
            else _by_day(self.day, year, month, length)
        )
        return sorted(day for day in found if day <= length)


def _by_day(text: str, year: int, month: int, length: int) -> frozenset[int]:
    if text == LAST:
        return frozenset({length})
    if text == f"{LAST}W":
        return frozenset({_nearest_weekday(year, month, length, length)})
    if match := NEAREST.fullmatch(text):
        day = DAY.number(match[1])
        return frozenset({_nearest_weekday(year, month, min(day, length), length)})
    return DAY.values(text)


def _nearest_weekday(year: int, month: int, day: int, length: int) -> int:
    """The day itself, or the Friday before or Monday after it, in the same month."""
    weekday = _weekday(year, month, day)
    if weekday == SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == 1:
        return day + 1 if day < length else day - 2
    return day


def _by_weekday(text: str, year: int, month: int, length: int) -> frozenset[int]:
    if match := NTH.fullmatch(text):
        same = _all_of(WEEKDAY.number(match[1]), year, month, length)
        return frozenset(same[int(match[2]) - 1 : int(match[2])])
    if match := LAST_OF_ITS_KIND.fullmatch(text):
        return frozenset({_all_of(WEEKDAY.number(match[1]), year, month, length)[-1]})
    weekdays = {SATURDAY} if text == LAST else WEEKDAY.values(text)
    days = range(1, length + 1)
    return frozenset(day for day in days if _weekday(year, month, day) in weekdays)


def _all_of(weekday: int, year: int, month: int, length: int) -> list[int]:
    return [day for day in range(1, length + 1) if _weekday(year, month, day) == weekday]


def _weekday(year: int, month: int, day: int) -> int:
    """1 for Sunday to 7 for Saturday."""
    return date(year, month, day).isoweekday() % 7 + 1


def _moment(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime | None:
    """A local time in UTC: the first one if it is there twice, None if it is skipped.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    """
    local = datetime.combine(day, time(hour, minute), zone)
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=zone) == local else None
