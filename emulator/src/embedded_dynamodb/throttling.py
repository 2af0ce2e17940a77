"""Throttling: what a table, an index and a partition give in a second.

AWS knows four limits, and says in ThrottlingReasons which one was exceeded, of what:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing-workflow.html

- the provisioned throughput; what was not used in the last five minutes can be used later:
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
- the maximum that was set for an on-demand table or index:
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html
- the account's quota for an on-demand table or index:
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
- 3,000 read units and 1,000 write units of a partition:
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html

Each is a token bucket. A request that takes more than a second's units waits for a full second's
and leaves a debt: so no request is impossible, and over time nobody gets more than the limit. A
partition is the items of one partition key value, as AWS's is when they are accessed much.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from embedded_dynamodb import capacity
from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.errors import (
    DynamoDBError,
    ProvisionedThroughputExceededException,
    RequestLimitExceeded,
    ThrottlingException,
)
from embedded_dynamodb.settings import Settings
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.key_encoding import partition_of
from embedded_dynamodb.tables.keys import KeySchema
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.table import Table

if TYPE_CHECKING:
    from embedded_dynamodb.writes import Write

PROVISIONED = "ProvisionedThroughputExceeded"
MAXIMUM = "MaxOnDemandThroughputExceeded"
QUOTA = "AccountLimitExceeded"
PARTITION = "KeyRangeThroughputExceeded"
# So many parts of a unit are lost in adding floats.
_ROUNDING = 1e-6
# After so many new buckets of a table, those of partitions that are full again are dropped.
_SWEEP_EVERY = 10_000

_TABLE = (
    "The level of configured provisioned throughput for the table was exceeded. Consider "
    "increasing your provisioning level with the UpdateTable API."
)
_INDEX_READ = (
    "The level of configured provisioned throughput for the index was exceeded. Consider "
    "increasing your provisioning level with the UpdateTable API."
)
_INDEX_WRITE = (
    "The level of configured provisioned throughput for one or more global secondary indexes of "
    "the table was exceeded. Consider increasing your provisioning level for the "
    "under-provisioned global secondary indexes with the UpdateTable API."
)
_ON_DEMAND = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically "
    "scaling your table or index so please try again shortly. If exceptions persist, check if you "
    "have a hot key: "
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html."
)
_ON_DEMAND_INDEX_WRITE = (
    "Throughput exceeds the current capacity for one or more global secondary indexes. DynamoDB "
    "is automatically scaling your index so please try again shortly."
)
_MAXIMUM = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
_QUOTA = (
    "Throughput exceeds the current throughput limit for your account. Please contact AWS Support "
    "at https://aws.amazon.com/support request a limit increase"
)


class Bucket:
    """What is left of a limit. It begins with a second's units: nothing was saved before."""

    __slots__ = ("left", "moment", "rate", "seconds")

    def __init__(self, rate: float, moment: float) -> None:
        self.rate = self.left = rate
        self.moment = moment
        self.seconds = 1.0

    def refill(self, limit: "Limit", now: float) -> None:
        """Adds what came since the last time; the limit may be another one by now."""
        self.left += self.rate * max(0.0, now - self.moment)
        self.rate, self.seconds, self.moment = limit.rate, limit.seconds, now
        self.left = min(self.left, self.rate * self.seconds)

    def has(self, units: float) -> bool:
        """Whether a request may take the units."""
        return self.left >= min(units, self.rate) - _ROUNDING

    def is_full(self, now: float) -> bool:
        """Whether it is as a new one would be."""
        idle = now - self.moment
        return self.seconds == 1.0 and idle > 0 and self.left + self.rate * idle >= self.rate


# Index, Read or Write, limit, partition.
BucketKey = tuple[str | None, str, str, bytes | None]
Buckets = dict[BucketKey, Bucket]


class Limit(NamedTuple):
    """Units a second, and for how many seconds of no use they are kept."""

    name: str
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Charge:
    """The units that a request takes of a table or of a global index; local ones are the table's.

    `partition` is None if nothing was read that is in one.
    """

    table: Table
    index: Index | None
    kind: str
    units: float
    partition: bytes | None


@dataclass(frozen=True, slots=True)
class ThrottleEvent:
    """A limit that was exceeded: one of ReadThrottleEvents or WriteThrottleEvents."""

    table: str
    # The global secondary index, or None.
    index: str | None
    # Read or Write.
    kind: str
    limit: str
    resource: str
    provisioned: bool

    @property
    def reason(self) -> str:
        """As ThrottlingReasons says it, such as TableReadProvisionedThroughputExceeded."""
        return f"{'Table' if self.index is None else 'Index'}{self.kind}{self.limit}"


def refusal(events: list[ThrottleEvent], *, batch: bool = False) -> DynamoDBError:
    """The error that says which limits were exceeded; the first one gives its words.

    Of a batch of which nothing was written, AWS documents a ThrottlingException if it was
    because of anything but provisioned throughput:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    """
    first = events[0]
    reasons = [
        {"reason": reason, "resource": resource}
        for reason, resource in dict.fromkeys((event.reason, event.resource) for event in events)
    ]
    if first.limit == QUOTA:
        return RequestLimitExceeded(_QUOTA, extra={"ThrottlingReasons": reasons})
    hot = first.limit == PARTITION
    if first.provisioned and not (batch and hot):
        message = _words(first, _TABLE, _INDEX_READ, _INDEX_WRITE)
        return ProvisionedThroughputExceededException(message, extra={"ThrottlingReasons": reasons})
    message = _words(first, _ON_DEMAND, _ON_DEMAND, _ON_DEMAND_INDEX_WRITE) if hot else _MAXIMUM
    # The API's model writes this one with a small letter.
    return ThrottlingException(message, extra={"throttlingReasons": reasons})


def cancellation(events: list[ThrottleEvent]) -> dict[str, str]:
    """The same as a reason for which a transaction is cancelled.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    error = refusal(events)
    provisioned = isinstance(error, ProvisionedThroughputExceededException)
    return {"Code": PROVISIONED if provisioned else "ThrottlingError", "Message": error.message}


def _words(event: ThrottleEvent, table: str, index_read: str, index_write: str) -> str:
    if event.index is None:
        return table
    return index_read if event.kind == "Read" else index_write


def take(charges: Iterable[Charge], settings: Settings, now: float) -> list[ThrottleEvent]:
    """Takes all units, or none and says why; the caller holds the lock."""
    needed: dict[Bucket, float] = {}
    reasons: dict[Bucket, ThrottleEvent] = {}
    for charge in charges:
        for bucket, limit in _buckets(charge, settings, now):
            needed[bucket] = needed.get(bucket, 0.0) + charge.units
            reasons[bucket] = _event(charge, limit)
    exceeded = [reasons[bucket] for bucket, units in needed.items() if not bucket.has(units)]
    if not exceeded:
        for bucket, units in needed.items():
            bucket.left -= units
    return list(dict.fromkeys(exceeded))


def give_back(charges: Iterable[Charge], settings: Settings, now: float) -> None:
    """Undoes what was taken: the transaction was cancelled."""
    for charge in charges:
        for bucket, _ in _buckets(charge, settings, now):
            bucket.left += charge.units


def of_write(write: "Write", *, transactional: bool = False) -> list[Charge]:
    """What a write takes of its table and of each global index that changes."""
    table = write.table
    consumed = capacity.of_write(
        table, write.old, write.new, write.old_item, write.new_item, transactional=transactional
    )
    own = consumed.table + sum(consumed.local.values())
    charges = [Charge(table, None, "Write", own, _partition(table.schema, write.position))]
    for name in consumed.global_:
        index = table.indexes[name]
        charges += [
            Charge(table, index, "Write", units, _partition(index.schema, position))
            for position, units in capacity.index_writes(
                index, write.old, write.new, write.old_item, write.new_item
            )
        ]
    return charges


def of_item(table: Table, position: bytes, kind: str, units: float) -> list[Charge]:
    """What a read of one item takes, or a write that was not made because of its condition."""
    return [Charge(table, None, kind, units, _partition(table.schema, position))]


def of_page(
    table: Table, index: Index | None, entries: list[Stored], consumed: Consumed
) -> list[Charge]:
    """What a page takes: each partition that was read gives its part of it."""
    source = index if index is not None and index.is_global else None
    schema = table.schema if source is None else source.schema
    sizes: dict[bytes | None, int] = {}
    for entry in entries:
        partition = schema.partition(entry.item())
        sizes[partition] = sizes.get(partition, 0) + entry.size
    sizes = sizes or {None: 1}
    each = consumed.total / sum(sizes.values())
    return [Charge(table, source, "Read", each * size, place) for place, size in sizes.items()]


def _partition(schema: KeySchema, position: bytes) -> bytes:
    return partition_of(position, len(schema.hash))


def _event(charge: Charge, limit: Limit) -> ThrottleEvent:
    table, index = charge.table, charge.index
    return ThrottleEvent(
        table.name,
        None if index is None else index.name,
        charge.kind,
        limit.name,
        table.arn if index is None else f"{table.arn}/index/{index.name}",
        table.settings["BillingMode"] == "PROVISIONED",
    )


def _buckets(charge: Charge, settings: Settings, now: float) -> Iterator[tuple[Bucket, Limit]]:
    buckets = charge.table.buckets
    for limit in _limits(charge, settings):
        name = None if charge.index is None else charge.index.name
        partition = charge.partition if limit.name == PARTITION else None
        key = (name, charge.kind, limit.name, partition)
        bucket = buckets.get(key)
        if bucket is None:
            _make_room(buckets, now)
            bucket = buckets[key] = Bucket(limit.rate, now)
        bucket.refill(limit, now)
        yield bucket, limit


def _make_room(buckets: Buckets, now: float) -> None:
    if len(buckets) % _SWEEP_EVERY == _SWEEP_EVERY - 1:
        for key in [key for key, bucket in buckets.items() if bucket.is_full(now)]:
            del buckets[key]


def _limits(charge: Charge, settings: Settings) -> Iterator[Limit]:
    """Everything that limits it, the whole before the partition."""
    kind = charge.kind
    own = charge.table.settings if charge.index is None else charge.index.settings
    if charge.table.settings["BillingMode"] == "PROVISIONED":
        throughput = own.get("ProvisionedThroughput")
        if throughput is not None:
            seconds = max(1.0, settings.burst_seconds)
            yield Limit(PROVISIONED, throughput[f"{kind}CapacityUnits"], seconds)
    else:
        maximum = own.get("OnDemandThroughput", {}).get(f"Max{kind}RequestUnits", -1)
        if maximum > 0:
            yield Limit(MAXIMUM, maximum, 1.0)
        reads = kind == "Read"
        quota = settings.on_demand_read_units if reads else settings.on_demand_write_units
        yield Limit(QUOTA, quota, 1.0)
    if charge.partition is not None:
        reads = kind == "Read"
        units = settings.partition_read_units if reads else settings.partition_write_units
        yield Limit(PARTITION, units, 1.0)
