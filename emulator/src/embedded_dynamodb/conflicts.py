"""Conflicts of transactions: an item takes part in one TransactWriteItems at a time.

AWS: a PutItem, UpdateItem or DeleteItem for an item of a TransactWriteItems that is in progress
is refused, a TransactWriteItems or TransactGetItems with such an item is cancelled:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling

A transaction is in progress from its writes, which are applied at once, to its answer, which comes
a settable time later. Who waits for the answer never conflicts with what was answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedded_dynamodb.errors import TransactionInProgressException

if TYPE_CHECKING:
    from embedded_dynamodb.tables.table import Table
    from embedded_dynamodb.writes import Write

REASON = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
IN_PROGRESS = "The transaction with the given request token is already in progress."

# Account, region and token.
Token = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction in progress: its items, and its token if it has one."""

    items: frozenset[tuple[str, bytes]]
    token: Token | None


class Ongoing:
    """The items and tokens of the transactions that are in progress."""

    def __init__(self) -> None:
        self._items: set[tuple[str, bytes]] = set()
        self._tokens: set[Token] = set()

    def begin(self, writes: Iterable["Write"], token: Token | None) -> Transaction:
        """A transaction is in progress from now on."""
        items = frozenset((write.table.id, write.position) for write in writes)
        self._items |= items
        if token is not None:
            self._tokens.add(token)
        return Transaction(items, token)

    def end(self, transaction: Transaction) -> None:
        """It is over: its items were nobody else's."""
        self._items -= transaction.items
        if transaction.token is not None:
            self._tokens.discard(transaction.token)

    def has(self, table: "Table", position: bytes) -> bool:
        """Whether a transaction with that item is in progress."""
        return (table.id, position) in self._items

    def check_token(self, token: Token) -> None:
        """A token is used by one request at a time."""
        if token in self._tokens:
            raise TransactionInProgressException(IN_PROGRESS)
