"""What an observer learns of a request: what CloudWatch's metrics of tables are made of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.errors import DynamoDBError
from embedded_dynamodb.throttling import ThrottleEvent


class RequestReport(NamedTuple):
    """One request, after its answer was made."""

    operation: str
    account: str
    region: str
    status: int
    error_code: str | None
    seconds: float
    # Units by table name; a failed condition consumes too.
    reads: tuple[tuple[str, Consumed], ...]
    writes: tuple[tuple[str, Consumed], ...]
    table_names: tuple[str, ...]
    # By table name, of Query and Scan.
    returned_items: dict[str, int]
    error: DynamoDBError | None
    # What was throttled, of a batch perhaps only a part: one of ReadThrottleEvents or
    # WriteThrottleEvents each, of the table or of its global index.
    throttle_events: tuple[ThrottleEvent, ...] = ()
    # TransactionConflict by table name: the item-level requests that were rejected.
    transaction_conflicts: Mapping[str, int] = MappingProxyType({})

    @property
    def throttled_tables(self) -> tuple[str, ...]:
        """The tables for which ThrottledRequests counts one: the request as a whole was refused.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
        """
        if self.error is None:
            return ()
        return tuple(dict.fromkeys(event.table for event in self.throttle_events))
