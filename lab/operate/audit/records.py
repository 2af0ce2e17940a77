"""The books in a temporary database on disk, so that memory does not grow with them.

SQLite deletes its unnamed database when it is closed, or when the process dies.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from lab.operate.audit import books
from lab.operate.audit.books import Books, Item

ACTIVE = frozenset({"HELD", "COMMITTED"})
"""The statuses in which a reservation has stock and redemptions."""

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


# `who` is a checksum of the orders behind a number: it shows whether the same number in two
# readings comes from the same orders.


class Records:
    """The tables that the guarantees are checked against. Close it after use."""

    knows_charges = False
    """Whether the charges of the payment provider are known."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Deletes the database."""
        self._db.close()

    def rows(self, query: str, **values: Any) -> Iterator[Any]:
        """The rows of a query."""
        return self._db.execute(query, values)

    def count(self, what: str, table: str) -> int:
        """The number of rows of a table; `what` is the argument of SQL's COUNT."""
        return int(self._db.execute(f"SELECT COUNT({what}) FROM {table}").fetchone()[0])  # noqa: S608

    def load(self, all_books: Books) -> None:
        """Reads the books once, from the first table to the last."""
        self._db.execute("BEGIN")
        self._add("shards", map(books.shard, all_books.inventory))
        self._add("codes", map(books.promotion_counter, all_books.promotions))
        self._add_holds(all_books.reservations)
        self._add("entries", filter(None, map(books.entry, all_books.payments)))
        self.knows_charges = all_books.charges is not None
        self._add("charges", map(books.charge, all_books.charges or ()))
        self._add("keys", map(books.idempotency_key, all_books.idempotency))
        self._add_orders(all_books.orders)
        for order_id in all_books.mails or ():
            self._increase("mails", {"order_id": order_id}, count=1)
        self._db.execute("COMMIT")
        self._db.executescript(DERIVED)

    def _add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            places = ", ".join("?" * len(row))
            self._db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({places})", row)  # noqa: S608

    def _add_holds(self, items: Iterable[Item]) -> None:
        for item in items:
            self._add("holds", [books.reservation(item)])
            self._add("losses", books.losses(item))
            if item.get("status") in ACTIVE:
                for code in books.redeemed(item):
                    counter = {"code": code, "customer": item.get("customerId", "")}
                    self._increase("redeemed", counter, times=1, who=_checksum(item))
            if item.get("status") == "HELD":
                self._count_pieces(item, "held")

    def _add_orders(self, items: Iterable[Item]) -> None:
        for item in items:
            self._add("orders", [books.order(item)])
            if item.get("status") == "CONFIRMED":
                self._count_pieces(item, "sold")

    def _count_pieces(self, item: Item, column: str) -> None:
        for sku, quantity in books.pieces(item):
            self._increase("pieces", {"sku": sku}, who=_checksum(item), **{column: quantity})

    def _increase(self, table: str, key: dict[str, str], **by: int) -> None:
        """Adds the numbers in `by` to the columns of the row with this key."""
        names = ", ".join([*key, *by])
        places = ", ".join("?" * (len(key) + len(by)))
        sums = ", ".join(f"{column} = {column} + excluded.{column}" for column in by)
        self._db.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT"  # noqa: S608
            f" DO UPDATE SET {sums}",
            (*key.values(), *by.values()),
        )


def _checksum(item: Item) -> int:
    """A checksum of the id and the status of an order or a reservation."""
    return zlib.crc32(f"{item['orderId']} {item.get('status', '')}".encode())
