"""The books in a temporary database on the disk, so that 100,000 orders need no more memory.

SQLite deletes its unnamed database when it is closed, or when the process dies.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from lab.operate.audit import books
from lab.operate.audit.books import Books, Item

TAKES = frozenset({"HELD", "COMMITTED"})
"""Reservations that have stock and redemptions; a RELEASED one has given both back."""

SCHEMA = """
CREATE TABLE shards (key PRIMARY KEY, sku, initial, available) WITHOUT ROWID;
CREATE TABLE pieces (sku PRIMARY KEY, held DEFAULT 0, sold DEFAULT 0, who DEFAULT 0) WITHOUT ROWID;
CREATE TABLE codes (code, customer, redemptions, most, per_customer,
    PRIMARY KEY (code, customer)) WITHOUT ROWID;
CREATE TABLE redeemed (code, customer, times, who, PRIMARY KEY (code, customer)) WITHOUT ROWID;
CREATE TABLE holds (order_id PRIMARY KEY, status, lines, expires) WITHOUT ROWID;
CREATE TABLE losses (order_id, what);
CREATE TABLE entries (order_id, kind, amount, currency);
CREATE TABLE charges (key PRIMARY KEY, kept, held, currency) WITHOUT ROWID;
CREATE TABLE keys (key PRIMARY KEY, order_id) WITHOUT ROWID;
CREATE TABLE orders (order_id PRIMARY KEY, customer, key, charge_key, status, life, created,
    ended, total, currency, agreed, agreed_in, lines, event, mail, message_id) WITHOUT ROWID;
CREATE TABLE mails (order_id PRIMARY KEY, count) WITHOUT ROWID;
"""

DERIVED = """
CREATE TABLE shelves AS
    SELECT sku, SUM(initial) AS initial, SUM(available) AS available FROM shards GROUP BY sku;
CREATE TABLE accounts (order_id PRIMARY KEY, captured, refunded, currencies) WITHOUT ROWID;
INSERT INTO accounts
    SELECT order_id,
        SUM(iif(kind = 'CAPTURED', amount, 0)),
        SUM(iif(kind = 'REFUNDED', amount, 0)),
        GROUP_CONCAT(DISTINCT iif(kind IN ('CAPTURED', 'REFUNDED'), currency, NULL))
    FROM entries GROUP BY order_id;
CREATE INDEX orders_by_key ON orders (customer, key, created);
CREATE INDEX orders_by_message ON orders (message_id);
CREATE INDEX orders_by_charge ON orders (charge_key);
"""


# `who` is a sum over those who have the pieces or have redeemed: with the same numbers in two
# readings, it tells whether they are the same orders.


class Records:
    """Everything that the guarantees speak of. To be closed."""

    knows_charges = False
    """Whether the payment provider told what it has in its own books."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Deletes the database."""
        self._db.close()

    def rows(self, query: str, **values: Any) -> Iterator[Any]:
        """What a query finds, row by row."""
        return self._db.execute(query, values)

    def count(self, what: str, table: str) -> int:
        """How many there are in a table: `*` for all, `DISTINCT sku` for the different ones."""
        return int(self._db.execute(f"SELECT COUNT({what}) FROM {table}").fetchone()[0])  # noqa: S608

    def load(self, found: Books) -> None:
        """Reads the books once, from the first table to the last."""
        self._db.execute("BEGIN")
        self._add("shards", map(books.shard, found.inventory))
        self._add("codes", map(books.code, found.promotions))
        self._add_holds(found.reservations)
        self._add("entries", filter(None, map(books.entry, found.payments)))
        self.knows_charges = found.charges is not None
        self._add("charges", map(books.charge, found.charges or ()))
        self._add("keys", map(books.remembered, found.idempotency))
        self._add_orders(found.orders)
        for order_id in found.mails or ():
            self._increase("mails", {"order_id": order_id}, count=1)
        self._db.execute("COMMIT")
        self._db.executescript(DERIVED)

    def _add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            places = ", ".join("?" * len(row))
            self._db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({places})", row)  # noqa: S608

    def _add_holds(self, items: Iterable[Item]) -> None:
        for item in items:
            self._add("holds", [books.hold(item)])
            self._add("losses", books.losses(item))
            if item.get("status") in TAKES:
                for code in books.redeemed(item):
                    who = {"code": code, "customer": item.get("customerId", "")}
                    self._increase("redeemed", who, times=1, who=_trace(item))
            if item.get("status") == "HELD":
                self._count_pieces(item, "held")

    def _add_orders(self, items: Iterable[Item]) -> None:
        for item in items:
            self._add("orders", [books.placed(item)])
            if item.get("status") == "CONFIRMED":
                self._count_pieces(item, "sold")

    def _count_pieces(self, item: Item, column: str) -> None:
        for sku, quantity in books.pieces(item):
            self._increase("pieces", {"sku": sku}, who=_trace(item), **{column: quantity})

    def _increase(self, table: str, key: dict[str, str], **by: int) -> None:
        """Adds the numbers in `by` to their columns, of the row with this key."""
        names = ", ".join([*key, *by])
        places = ", ".join("?" * (len(key) + len(by)))
        sums = ", ".join(f"{column} = {column} + excluded.{column}" for column in by)
        self._db.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT"  # noqa: S608
            f" DO UPDATE SET {sums}",
            (*key.values(), *by.values()),
        )


def _trace(item: Item) -> int:
    """A number for an order or a reservation in its status."""
    return zlib.crc32(f"{item['orderId']} {item.get('status', '')}".encode())
