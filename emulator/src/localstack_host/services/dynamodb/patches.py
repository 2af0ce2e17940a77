"""What of moto's DynamoDB is replaced: what it does not do as AWS does, or what costs too much."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from moto.dynamodb import responses
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import expressions

from localstack_host.localstack_api import add, patch, replace
from localstack_host.services.dynamodb import copies, index_keys, queries, transactions
from localstack_host.services.dynamodb.point_in_time_recovery import keep_period

EXPRESSIONS = 512  # update expressions that are kept parsed


@cache
def apply_patches() -> None:
    """For the process, when DynamoDB on moto is loaded."""
    copy_quickly()
    _patch_writes()
    # The number of TransactGetItems: moto has the limit of 2018. A constant.
    replace(responses, "TRANSACTION_MAX_ITEMS", transactions.MAX_OPERATIONS)
    # A static method; whoever changes what it made copies it first.
    parser: Any = vars(expressions)["UpdateExpressionParser"]
    replace(parser, "make", staticmethod(lru_cache(EXPRESSIONS)(parser.make)))

    @patch(Table.query)
    def query(original: Any, table: Table, *arguments: Any, **filters: Any) -> Any:
        """Moto sorts all items of the table: it gets to see only those of the partition."""
        return queries.query(original, table, *arguments, **filters)

    @patch(DynamoDBBackend.update_continuous_backups)
    def update_continuous_backups(
        original: Any, backend: DynamoDBBackend, table_name: str, point_in_time_spec: Any
    ) -> Any:
        """Keeps for how many days, which moto forgets."""
        backups: dict[str, Any] = original(backend, table_name, point_in_time_spec)
        keep_period(backups, point_in_time_spec)
        return backups


def _patch_writes() -> None:
    @patch(DynamoDBBackend.transact_write_items, pass_target=False)
    def transact_write_items(backend: DynamoDBBackend, transact_items: Any) -> None:
        """Moto copies every touched table before a transaction."""
        transactions.transact_write_items(backend, transact_items)

    @patch(DynamoDBBackend.update_item)
    def update_item(original: Any, backend: DynamoDBBackend, *request: Any, **more: Any) -> Any:
        """Moto takes values of the wrong type for the keys of an index."""
        return index_keys.update_item(original, backend, *request, **more)

    @patch(Table.put_item)
    def put_item(original: Any, table: Table, *request: Any, **more: Any) -> Any:
        """As above."""
        return index_keys.put_item(original, table, *request, **more)


def copy_quickly() -> None:
    """Tells `copy.deepcopy` how items and parsed expressions are copied. They have no such method.

    https://docs.python.org/3/library/copy.html#object.__deepcopy__
    """
    for kind, copied in copies.BY_CLASS.items():
        add(kind, "__deepcopy__", lambda value, _memo, copied=copied: copied(value))
