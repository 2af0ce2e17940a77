"""Reads stored rows value by value, and believes none of them.

Rows are written by this code, by the seed, and by people in a hurry. What is not what it should
be is a `WrongRow`; whoever reads the table decides what becomes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

from aws_lambda_powertools import Logger

from checkout.adapters.dynamodb import Table
from checkout.domain import correlation, money
from checkout.domain.errors import WrongRow, WrongSetting
from checkout.domain.money import Money
from checkout.domain.order import Order
from checkout.ports import Monitoring

logger = Logger(child=True)

MOST = 1_000_000_000
"""No price in minor units and no count is larger; one that is, is a slip. Totals may be."""

CURRENCY = re.compile("[A-Z]{3}")
SHOWN = 40  # characters of a wrong value


class Missing(Enum):
    """Stands for a default that there is not."""

    MISSING = 0


MISSING = Missing.MISSING


@dataclass(frozen=True)
class Row:
    """An item, or a part of one, whose values are checked as they are read.

    A value that may be missing has a `default`; one that is there must be right all the same,
    and null is not right. `path` leads to a part: `sale.`.
    """

    values: Mapping[str, Any]
    path: str = ""

    def has(self, name: str) -> bool:
        """Whether there is such a value at all."""
        return name in self.values

    def text(self, name: str, default: str | Missing = MISSING, *, empty: bool = False) -> str:
        """A text, not empty unless that is allowed."""
        value = self._get(name, default)
        if not isinstance(value, str) or not (value or empty or name not in self.values):
            raise self._wrong(name, "a text")
        return value

    def correlation_id(self, default: str) -> str:
        """The correlation id; `default` for what was stored before there was one."""
        value = self.text("correlationId", default)
        if self.has("correlationId") and not correlation.is_valid(value):
            raise self._wrong("correlationId", "8 to 64 letters, digits, - and _")
        return value

    def whole(
        self, name: str, default: int | Missing = MISSING, *, least: int = 0, most: int = MOST
    ) -> int:
        """A whole number from `least` to `most`."""
        value = self._get(name, default)
        if not _is_whole(value) or not least <= value <= most:
            raise self._wrong(name, f"a whole number from {least} to {most}")
        return int(value)

    def limit(self, name: str) -> int | None:
        """A whole number, None if there is none."""
        return self.whole(name) if self.has(name) else None

    def flag(self, name: str, default: bool | Missing = MISSING) -> bool:
        """True or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def moment(self, name: str) -> datetime:
        """A moment that a text names, with its zone."""
        value = self._get(name, MISSING)
        try:
            at = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise self._wrong(name, "a time such as 2026-11-01T09:30:00Z") from None
        if at.tzinfo is None:
            raise self._wrong(name, "a time with its zone, such as 2026-11-01T09:30:00Z")
        return at

    def perhaps_moment(self, name: str) -> datetime | None:
        """A moment, None if there is none."""
        return self.moment(name) if self.has(name) else None

    def second(self, name: str) -> datetime:
        """A moment in whole seconds since 1970, as DynamoDB's time to live is."""
        return datetime.fromtimestamp(self.whole(name, most=100 * MOST), UTC)

    def currency(self, name: str) -> str:
        """The code of a currency (ISO 4217)."""
        value = self._get(name, MISSING)
        if not isinstance(value, str) or not CURRENCY.fullmatch(value):
            raise self._wrong(name, "a currency such as USD")
        return value

    def price(self, name: str, currency: str) -> Money:
        """An amount of minor units, in a currency that is stored elsewhere."""
        return Money(self.whole(name), currency)

    def sum(self, name: str, currency: str) -> Money:
        """An amount of minor units that was computed."""
        return Money(self.whole(name, most=money.MOST), currency)

    def one_of[T: StrEnum](self, name: str, kinds: type[T]) -> T:
        """One of the values of an enumeration."""
        value = self._get(name, MISSING)
        if not isinstance(value, str) or value not in list(kinds):
            raise self._wrong(name, f"one of {', '.join(kinds)}")
        return kinds(value)

    def part(self, name: str) -> Row:
        """A map below this one."""
        value = self._get(name, MISSING)
        if not isinstance(value, Mapping):
            raise self._wrong(name, "a map")
        return Row(value, f"{self.path}{name}.")

    def parts(self, name: str, default: Iterable[Any] | Missing = MISSING) -> Iterator[Row]:
        """The maps of a list."""
        for index, value in enumerate(self._list(name, default)):
            yield Row({"": value}, f"{self.path}{name}[{index}]").part("")

    def texts(self, name: str, default: Iterable[Any] | Missing = MISSING) -> tuple[str, ...]:
        """The texts of a list, or of a set of DynamoDB's."""
        values = tuple(self._list(name, default))
        if not all(isinstance(value, str) and value for value in values):
            raise self._wrong(name, "a list of texts")
        return values

    def _list(self, name: str, default: Iterable[Any] | Missing) -> Iterable[Any]:
        value = self._get(name, default)
        if not isinstance(value, list | tuple | set):
            raise self._wrong(name, "a list")
        return value

    def _get(self, name: str, default: Any) -> Any:
        value = self.values.get(name, default)
        if value is MISSING:
            raise WrongRow(f"{self.path}{name} is missing")
        return value

    def _wrong(self, name: str, expected: str) -> WrongRow:
        return WrongRow(f"{self.path}{name} is {_shown(self.values[name])}, not {expected}")


def _is_whole(value: object) -> bool:
    """DynamoDB's numbers are Decimals, until whole ones are made integers."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == int(value)
    return isinstance(value, int) and not isinstance(value, bool)


def readable[T](
    items: Iterable[Mapping[str, Any]],
    read: Callable[[Mapping[str, Any]], T],
    table: Table,
    key: str,
    monitoring: Monitoring,
) -> list[T]:
    """The parsed items, without those that are wrong. `key` is the attribute that names one."""
    values = []
    for item in items:
        try:
            values.append(read(item))
        except WrongRow as wrong:
            monitoring.wrong_row(table.name, str(item.get(key)), wrong)
    return values


def _shown(value: object) -> str:
    """A wrong value in words: of a map or a list only that it is one, for it may be personal."""
    match value:
        case Mapping():
            return "a map"
        case list() | set():
            return "a list"
        case Decimal():
            return str(value)[:SHOWN]
    return repr(value)[:SHOWN]


@dataclass(frozen=True)
class Logged:
    """Problems that stand in the log and nowhere else. See `ports.Monitoring`."""

    def wrong_row(self, table: str, key: str, wrong: WrongRow) -> None:
        """See `ports.Monitoring`."""
        logger.error("wrong row", extra={"table": table, "key": key, "problem": str(wrong)})

    def wrong_setting(self, wrong: WrongSetting) -> None:
        """See `ports.Monitoring`."""
        logger.error("wrong setting", extra={"setting": wrong.name, "problem": wrong.problem})

    def not_given_back(self, order_id: str, losses: Sequence[str]) -> None:
        """See `ports.Monitoring`."""
        logger.error("not given back", extra={"order_id": order_id, "losses": list(losses)})

    def settled(self, order: Order, outcome: str) -> None:
        """See `ports.Monitoring`."""
        extra = {"order_id": order.order_id, "correlation_id": order.correlation_id}
        logger.info("settled", extra={**extra, "outcome": outcome})


LOGGED = Logged()
