"""The audit of many orders: what it keeps in memory does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lab.operate import audit
from tests.load import many_orders
from tests.load.measure_audit import peak_of


def test_ten_times_the_orders_take_no_more_memory() -> None:
    peak_of(100)  # what is loaded once is loaded now
    few, many = peak_of(300), peak_of(3000)
    assert many < few + 50_000  # 3,000 orders that are kept take two million bytes and more


def test_clean_books_of_many_orders_are_clean() -> None:
    report = audit.audit(many_orders.books(1001), many_orders.NOW)
    assert report.settled
    assert [finding.checked for finding in report.findings] == [50, 50, 1001, 1001, 1001, 502, 1001]


def test_one_bad_order_among_many_is_named() -> None:
    def spoilt(orders: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        return (order | {"total": 1} if n == 700 else order for n, order in enumerate(orders))

    books = many_orders.books(1001)
    report = audit.audit(replace(books, orders=spoilt(iter(books.orders))), many_orders.NOW)  # type: ignore[arg-type]
    broken = [broken for finding in report.findings for broken in finding.broken]
    assert [row.row for row in broken] == [many_orders._id(700)]


def test_if_very_many_are_broken_the_first_are_named_and_the_others_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "MAX_NAMED", 10)
    unpaid = replace(many_orders.books(200), payments=(), charges=())
    money = audit.audit(unpaid, many_orders.NOW).findings[2]
    assert (len(money.broken), money.more) == (10, 190)
