"""The members of each operation's request."""

from dataclasses import replace

from embedded_dynamodb.validation.members import (
    ATTRIBUTE_DEFINITIONS,
    ATTRIBUTE_UPDATES,
    ATTRIBUTES_TO_GET,
    BILLING,
    CAPACITY,
    CONDITIONS,
    ENCRYPTION,
    EXPECTED,
    FLAG,
    GLOBAL_KEY_SCHEMA,
    INDEX_NAME,
    JAVA,
    KEY_SCHEMA,
    METRICS,
    NAME_PATTERN,
    NAMES,
    NEW_TABLE_NAME,
    ON_DEMAND,
    ON_FAILURE,
    OPERATOR,
    RETURN_VALUES,
    SELECT,
    STREAM,
    TABLE_CLASS,
    TABLE_NAME,
    TAG,
    TEXT,
    THROUGHPUT,
    VALUES,
    WARM,
    index_shape,
)
from embedded_dynamodb.validation.requests import RequestShape
from embedded_dynamodb.validation.shapes import (
    ListOf,
    MapOf,
    NewerListOf,
    NewerText,
    NewerWhole,
    Shape,
    Structure,
    Text,
    Whole,
)


def _request(members: dict[str, Shape], *required: str) -> RequestShape:
    names = [name for name in ("TableName",) if name in members]
    return RequestShape(Structure("Request", members, frozenset((*required, *names))))


_PLACEHOLDERS: dict[str, Shape] = {
    "ExpressionAttributeNames": NAMES,
    "ExpressionAttributeValues": VALUES,
}
_WRITE: dict[str, Shape] = {
    "ReturnConsumedCapacity": CAPACITY,
    "TableName": TABLE_NAME,
    "ReturnItemCollectionMetrics": METRICS,
    "ReturnValues": RETURN_VALUES,
    "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
    "ConditionalOperator": OPERATOR,
    "Expected": EXPECTED,
    "ConditionExpression": TEXT,
    **_PLACEHOLDERS,
}
_READ: dict[str, Shape] = {
    "ReturnConsumedCapacity": CAPACITY,
    "TableName": TABLE_NAME,
    "AttributesToGet": ATTRIBUTES_TO_GET,
    "ConsistentRead": FLAG,
    "ProjectionExpression": TEXT,
    "ExpressionAttributeNames": NAMES,
}
_PAGE: dict[str, Shape] = {
    "Select": SELECT,
    "IndexName": INDEX_NAME,
    **_READ,
    "ConditionalOperator": OPERATOR,
    "ExclusiveStartKey": VALUES,
    "FilterExpression": TEXT,
    "ExpressionAttributeValues": VALUES,
}
_KEYS = Structure(
    "KeysAndAttributes",
    {
        "Keys": NewerListOf(VALUES, 1, 100),
        "AttributesToGet": ATTRIBUTES_TO_GET,
        "ConsistentRead": FLAG,
        "ProjectionExpression": TEXT,
        "ExpressionAttributeNames": NAMES,
    },
    frozenset(("Keys",)),
)
_WRITE_REQUEST = Structure(
    "WriteRequest",
    {
        "DeleteRequest": Structure("DeleteRequest", {"Key": VALUES}, frozenset(("Key",))),
        "PutRequest": Structure("PutRequest", {"Item": VALUES}, frozenset(("Item",))),
    },
)
_BATCH_TABLES = Text(3, 255, NAME_PATTERN)


def _action(java: str, members: dict[str, Shape], *required: str) -> Structure:
    common: dict[str, Shape] = {
        "TableName": TABLE_NAME,
        "ConditionExpression": TEXT,
        "ReturnValuesOnConditionCheckFailure": ON_FAILURE,
        **_PLACEHOLDERS,
    }
    return Structure(java, members | common, frozenset(("TableName", *required)))


_TRANSACT_WRITE = Structure(
    "TransactWriteItem",
    {
        "ConditionCheck": _action("ConditionCheck", {"Key": VALUES}, "Key", "ConditionExpression"),
        "Put": _action("Put", {"Item": VALUES}, "Item"),
        "Delete": _action("Delete", {"Key": VALUES}, "Key"),
        "Update": _action(
            "Update", {"Key": VALUES, "UpdateExpression": TEXT}, "Key", "UpdateExpression"
        ),
    },
)
_TRANSACT_GET = Structure(
    "TransactGetItem",
    {
        "Get": Structure(
            "Get",
            {
                "TableName": TABLE_NAME,
                "Key": VALUES,
                "ProjectionExpression": TEXT,
                "ExpressionAttributeNames": NAMES,
            },
            frozenset(("TableName", "Key")),
        )
    },
    frozenset(("Get",)),
)

_GLOBAL = index_shape("GlobalSecondaryIndex", GLOBAL_KEY_SCHEMA, throughput=True)
_LOCAL = index_shape("LocalSecondaryIndex", KEY_SCHEMA, throughput=False)
_TABLE: dict[str, Shape] = {
    "BillingMode": BILLING,
    "ProvisionedThroughput": THROUGHPUT,
    "StreamSpecification": STREAM,
    "SSESpecification": ENCRYPTION,
    "TableClass": TABLE_CLASS,
    "DeletionProtectionEnabled": FLAG,
    "OnDemandThroughput": ON_DEMAND,
    "WarmThroughput": WARM,
}
_INDEX_UPDATE = Structure(
    "GlobalSecondaryIndexUpdate",
    {
        "Update": Structure(
            "UpdateGlobalSecondaryIndexAction",
            {
                "IndexName": INDEX_NAME,
                "ProvisionedThroughput": THROUGHPUT,
                "OnDemandThroughput": ON_DEMAND,
                "WarmThroughput": WARM,
            },
            frozenset(("IndexName",)),
        ),
        "Create": index_shape(
            "CreateGlobalSecondaryIndexAction", GLOBAL_KEY_SCHEMA, throughput=True
        ),
        "Delete": Structure(
            "DeleteGlobalSecondaryIndexAction",
            {"IndexName": INDEX_NAME},
            frozenset(("IndexName",)),
        ),
    },
)
_TABLE_ONLY = replace(_request({"TableName": TABLE_NAME}), named_by_control_plane=True)

ITEMS: dict[str, RequestShape] = {
    "PutItem": _request({**_WRITE, "Item": VALUES}, "Item"),
    "GetItem": _request({**_READ, "Key": VALUES}, "Key"),
    "DeleteItem": _request({**_WRITE, "Key": VALUES}, "Key"),
    "UpdateItem": _request(
        {
            **_WRITE,
            "Key": VALUES,
            "AttributeUpdates": ATTRIBUTE_UPDATES,
            "UpdateExpression": TEXT,
        },
        "Key",
    ),
    "Query": _request(
        {
            **_PAGE,
            "QueryFilter": CONDITIONS,
            "KeyConditions": CONDITIONS,
            "KeyConditionExpression": TEXT,
            "ScanIndexForward": FLAG,
            "Limit": NewerWhole(1),
        }
    ),
    "Scan": _request(
        {
            **_PAGE,
            "ScanFilter": CONDITIONS,
            "TotalSegments": Whole(1, 1_000_000),
            "Segment": Whole(0, 999_999),
            "Limit": Whole(1),
        }
    ),
    "BatchGetItem": _request(
        {
            "ReturnConsumedCapacity": CAPACITY,
            "RequestItems": MapOf(_KEYS, f"{JAVA}.KeysAndAttributes", names=_BATCH_TABLES),
        }
    ),
    "BatchWriteItem": _request(
        {
            "ReturnConsumedCapacity": CAPACITY,
            "ReturnItemCollectionMetrics": METRICS,
            "RequestItems": MapOf(
                ListOf(_WRITE_REQUEST),
                f"java.util.List<{JAVA}.WriteRequest>",
                names=_BATCH_TABLES,
                lengths=(1, 25),
            ),
        }
    ),
    "TransactWriteItems": _request(
        {
            "ReturnConsumedCapacity": CAPACITY,
            "ReturnItemCollectionMetrics": METRICS,
            "ClientRequestToken": NewerText(1, 36),
            "TransactItems": ListOf(_TRANSACT_WRITE, 1, 100),
        },
        "TransactItems",
    ),
    "TransactGetItems": _request(
        {
            "ReturnConsumedCapacity": CAPACITY,
            "TransactItems": ListOf(_TRANSACT_GET, 1, 100),
        },
        "TransactItems",
    ),
}


def _control(members: dict[str, Shape], *required: str) -> RequestShape:
    return replace(_request(members, *required), named_by_control_plane=True)


CONTROL_PLANE: dict[str, RequestShape] = {
    "CreateTable": _control(
        {
            "AttributeDefinitions": ATTRIBUTE_DEFINITIONS,
            "TableName": NEW_TABLE_NAME,
            "KeySchema": KEY_SCHEMA,
            "LocalSecondaryIndexes": ListOf(_LOCAL),
            "GlobalSecondaryIndexes": ListOf(_GLOBAL),
            **_TABLE,
            "Tags": ListOf(TAG),
            "ResourcePolicy": TEXT,
        },
        "AttributeDefinitions",
        "KeySchema",
    ),
    "UpdateTable": _control(
        {
            "AttributeDefinitions": ATTRIBUTE_DEFINITIONS,
            "TableName": TABLE_NAME,
            "GlobalSecondaryIndexUpdates": ListOf(_INDEX_UPDATE),
            **_TABLE,
            "ReplicaUpdates": ListOf(VALUES),
        }
    ),
    "DescribeTable": _TABLE_ONLY,
    "DeleteTable": _TABLE_ONLY,
    "ListTables": _request(
        {
            "ExclusiveStartTableName": Text(3, 255, NAME_PATTERN),
            "Limit": Whole(1, 100),
        }
    ),
    "TagResource": _request({"ResourceArn": TEXT, "Tags": ListOf(TAG)}, "Tags"),
    "UntagResource": _request({"ResourceArn": TEXT, "TagKeys": ListOf(Text(1, 128))}, "TagKeys"),
    "ListTagsOfResource": _request({"ResourceArn": TEXT, "NextToken": TEXT}),
    "DescribeTimeToLive": _TABLE_ONLY,
    "UpdateTimeToLive": _request(
        {
            "TableName": TABLE_NAME,
            "TimeToLiveSpecification": Structure(
                "TimeToLiveSpecification",
                {"Enabled": FLAG, "AttributeName": Text(1, 255)},
                frozenset(("Enabled", "AttributeName")),
            ),
        },
        "TimeToLiveSpecification",
    ),
    "DescribeContinuousBackups": _TABLE_ONLY,
    "UpdateContinuousBackups": _request(
        {
            "TableName": TABLE_NAME,
            "PointInTimeRecoverySpecification": Structure(
                "PointInTimeRecoverySpecification",
                {
                    "PointInTimeRecoveryEnabled": FLAG,
                    "RecoveryPeriodInDays": Whole(1, 35),
                },
                frozenset(("PointInTimeRecoveryEnabled",)),
            ),
        },
        "PointInTimeRecoverySpecification",
    ),
    "DescribeLimits": _request({}),
    "DescribeEndpoints": _request({}),
    "DescribeKinesisStreamingDestination": _TABLE_ONLY,
    "EnableKinesisStreamingDestination": _request({"TableName": TABLE_NAME, "StreamArn": TEXT}),
    "DisableKinesisStreamingDestination": _request({"TableName": TABLE_NAME, "StreamArn": TEXT}),
    "DescribeContributorInsights": _request({"TableName": TABLE_NAME, "IndexName": INDEX_NAME}),
    "GetResourcePolicy": _request({"ResourceArn": TEXT}),
    "PutResourcePolicy": _request(
        {
            "ResourceArn": TEXT,
            "Policy": TEXT,
            "ExpectedRevisionId": Text(1, 255),
            "ConfirmRemoveSelfResourceAccess": FLAG,
        },
        "ResourceArn",
        "Policy",
    ),
    "DeleteResourcePolicy": _request(
        {"ResourceArn": TEXT, "ExpectedRevisionId": Text(1, 255)}, "ResourceArn"
    ),
}
