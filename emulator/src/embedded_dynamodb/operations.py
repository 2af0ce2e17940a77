"""The operations by name: the shape of the request and what answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from embedded_dynamodb.backups import backups, restores
from embedded_dynamodb.control_plane import (
    descriptions,
    resource_policies,
    tables,
    tags,
    updates,
)
from embedded_dynamodb.items import batches, single
from embedded_dynamodb.partiql.execute import batch_execute_statement, execute_statement
from embedded_dynamodb.partiql.transaction import execute_transaction
from embedded_dynamodb.queries.query import query
from embedded_dynamodb.queries.scan import scan
from embedded_dynamodb.request import Request
from embedded_dynamodb.streams_api import operations as streams
from embedded_dynamodb.transactions.read import transact_get_items
from embedded_dynamodb.transactions.write import transact_write_items
from embedded_dynamodb.validation.backups import BACKUPS
from embedded_dynamodb.validation.operations import CONTROL_PLANE, ITEMS
from embedded_dynamodb.validation.requests import RequestShape
from embedded_dynamodb.validation.statements import STATEMENTS
from embedded_dynamodb.validation.streams import STREAMS

# None for an answer without a body.
Run = Callable[[Request], dict[str, Any] | None]


@dataclass(frozen=True)
class Operation:
    """An operation of the API."""

    shape: RequestShape
    run: Run


_RUN: dict[str, Run] = {
    "PutItem": single.put_item,
    "GetItem": single.get_item,
    "UpdateItem": single.update_item,
    "DeleteItem": single.delete_item,
    "Query": query,
    "Scan": scan,
    "BatchGetItem": batches.batch_get_item,
    "BatchWriteItem": batches.batch_write_item,
    "TransactWriteItems": transact_write_items,
    "TransactGetItems": transact_get_items,
    "ExecuteStatement": execute_statement,
    "BatchExecuteStatement": batch_execute_statement,
    "ExecuteTransaction": execute_transaction,
    "CreateTable": tables.create_table,
    "DeleteTable": tables.delete_table,
    "DescribeTable": tables.describe_table,
    "ListTables": tables.list_tables,
    "UpdateTable": updates.update_table,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "ListTagsOfResource": tags.list_tags_of_resource,
    "DescribeTimeToLive": descriptions.describe_time_to_live,
    "UpdateTimeToLive": descriptions.update_time_to_live,
    "DescribeContinuousBackups": descriptions.describe_continuous_backups,
    "UpdateContinuousBackups": descriptions.update_continuous_backups,
    "DescribeLimits": descriptions.describe_limits,
    "DescribeEndpoints": descriptions.describe_endpoints,
    "DescribeKinesisStreamingDestination": descriptions.describe_kinesis_destination,
    "EnableKinesisStreamingDestination": descriptions.refuse_kinesis_destination,
    "DisableKinesisStreamingDestination": descriptions.refuse_kinesis_destination,
    "DescribeContributorInsights": descriptions.describe_contributor_insights,
    "GetResourcePolicy": resource_policies.get_resource_policy,
    "PutResourcePolicy": resource_policies.put_resource_policy,
    "DeleteResourcePolicy": resource_policies.delete_resource_policy,
    "CreateBackup": backups.create_backup,
    "DescribeBackup": backups.describe_backup,
    "ListBackups": backups.list_backups,
    "DeleteBackup": backups.delete_backup,
    "RestoreTableFromBackup": restores.restore_table_from_backup,
    "RestoreTableToPointInTime": restores.restore_table_to_point_in_time,
    "ListStreams": streams.list_streams,
    "DescribeStream": streams.describe_stream,
    "GetShardIterator": streams.get_shard_iterator,
    "GetRecords": streams.get_records,
}

_SHAPES = ITEMS | CONTROL_PLANE | BACKUPS | STATEMENTS | STREAMS

OPERATIONS: dict[str, Operation] = {
    name: Operation(_SHAPES[name], run) for name, run in _RUN.items()
}

# They are a service of their own, with a prefix of their own.
STREAM_OPERATIONS = frozenset(STREAMS)
