"""The members of the requests for backups and restores."""

from embedded_dynamodb.validation.members import (
    BILLING,
    ENCRYPTION,
    FLAG,
    GLOBAL_KEY_SCHEMA,
    KEY_SCHEMA,
    NAME_PATTERN,
    NEW_TABLE_NAME,
    ON_DEMAND,
    TABLE_NAME,
    TEXT,
    THROUGHPUT,
    index_shape,
)
from embedded_dynamodb.validation.requests import RequestShape
from embedded_dynamodb.validation.shapes import ListOf, Moment, Shape, Structure, Text, Whole

_ARN = Text(37, 1024)
_OVERRIDES: dict[str, Shape] = {
    "TargetTableName": NEW_TABLE_NAME,
    "BillingModeOverride": BILLING,
    "GlobalSecondaryIndexOverride": ListOf(
        index_shape("GlobalSecondaryIndex", GLOBAL_KEY_SCHEMA, throughput=True)
    ),
    "LocalSecondaryIndexOverride": ListOf(
        index_shape("LocalSecondaryIndex", KEY_SCHEMA, throughput=False)
    ),
    "ProvisionedThroughputOverride": THROUGHPUT,
    "OnDemandThroughputOverride": ON_DEMAND,
    "SSESpecificationOverride": ENCRYPTION,
}


def _request(members: dict[str, Shape], *required: str) -> RequestShape:
    return RequestShape(Structure("Request", members, frozenset(required)))


BACKUPS: dict[str, RequestShape] = {
    "CreateBackup": _request(
        {"TableName": TABLE_NAME, "BackupName": Text(3, 255, NAME_PATTERN)},
        "TableName",
        "BackupName",
    ),
    "DescribeBackup": _request({"BackupArn": _ARN}, "BackupArn"),
    "DeleteBackup": _request({"BackupArn": _ARN}, "BackupArn"),
    "ListBackups": _request(
        {
            "TableName": TABLE_NAME,
            "Limit": Whole(1, 100),
            "TimeRangeLowerBound": Moment(),
            "TimeRangeUpperBound": Moment(),
            "ExclusiveStartBackupArn": _ARN,
            "BackupType": Text(values=("USER", "SYSTEM", "AWS_BACKUP", "ALL")),
        }
    ),
    "RestoreTableFromBackup": _request(
        {**_OVERRIDES, "BackupArn": _ARN}, "TargetTableName", "BackupArn"
    ),
    "RestoreTableToPointInTime": _request(
        {
            **_OVERRIDES,
            "SourceTableArn": TEXT,
            "SourceTableName": NEW_TABLE_NAME,
            "UseLatestRestorableTime": FLAG,
            "RestoreDateTime": Moment(),
        },
        "TargetTableName",
    ),
}
