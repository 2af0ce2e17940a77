"""Members that several operations share."""

from embedded_dynamodb.validation.shapes import (
    Flag,
    ListOf,
    MapOf,
    Shape,
    Structure,
    TableReference,
    Text,
    Values,
    Whole,
)

NAME_PATTERN = "[a-zA-Z0-9_.-]+"
JAVA = "com.amazonaws.dynamodb.v20120810"

TEXT = Text()
FLAG = Flag()
VALUES = Values()
TABLE_NAME = TableReference(1, 255, NAME_PATTERN)
# The name of what is created or looked for by a name alone.
NEW_TABLE_NAME = Text(3, 255, NAME_PATTERN)
INDEX_NAME = Text(3, 255, NAME_PATTERN)

CAPACITY = Text(values=("INDEXES", "TOTAL", "NONE"))
METRICS = Text(values=("SIZE", "NONE"))
RETURN_VALUES = Text(values=("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"))
ON_FAILURE = Text(values=("ALL_OLD", "NONE"))
SELECT = Text(values=("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"))
OPERATOR = Text(values=("OR", "AND"))
COMPARISON = Text(
    values=(
        "IN",
        "NULL",
        "BETWEEN",
        "LT",
        "NOT_CONTAINS",
        "EQ",
        "GT",
        "NOT_NULL",
        "NE",
        "LE",
        "BEGINS_WITH",
        "GE",
        "CONTAINS",
    )
)
ATTRIBUTES_TO_GET = ListOf(TEXT, 1, 255)
VALUE_LIST = ListOf(Values(one=True))
CONDITIONS = MapOf(
    Structure(
        "Condition",
        {"AttributeValueList": VALUE_LIST, "ComparisonOperator": COMPARISON},
        frozenset(("ComparisonOperator",)),
    ),
    f"{JAVA}.Condition",
)
EXPECTED = MapOf(
    Structure(
        "ExpectedAttributeValue",
        {
            "AttributeValueList": VALUE_LIST,
            "ComparisonOperator": COMPARISON,
            "Exists": FLAG,
            "Value": Values(one=True),
        },
    ),
    f"{JAVA}.ExpectedAttributeValue",
)
ATTRIBUTE_UPDATES = MapOf(
    Structure(
        "AttributeValueUpdate",
        {"Action": Text(values=("ADD", "PUT", "DELETE")), "Value": Values(one=True)},
    ),
    f"{JAVA}.AttributeValueUpdate",
)
NAMES = MapOf(TEXT, "java.lang.String")

THROUGHPUT = Structure(
    "ProvisionedThroughput",
    {
        "WriteCapacityUnits": Whole(1, java="Long"),
        "ReadCapacityUnits": Whole(1, java="Long"),
    },
    frozenset(("WriteCapacityUnits", "ReadCapacityUnits")),
)
ON_DEMAND = Structure(
    "OnDemandThroughput",
    {"MaxReadRequestUnits": Whole(java="Long"), "MaxWriteRequestUnits": Whole(java="Long")},
)
WARM = Structure(
    "WarmThroughput",
    {"ReadUnitsPerSecond": Whole(java="Long"), "WriteUnitsPerSecond": Whole(java="Long")},
)
KEY_ELEMENT = Structure(
    "KeySchemaElement",
    {"AttributeName": Text(1, 255), "KeyType": Text(values=("HASH", "RANGE"))},
    frozenset(("AttributeName", "KeyType")),
)
KEY_SCHEMA = ListOf(KEY_ELEMENT, 1, 2)
# Since 2025 an index has up to four attributes for its partition and four to sort by.
GLOBAL_KEY_SCHEMA = ListOf(KEY_ELEMENT, 1, 8)
PROJECTION = Structure(
    "Projection",
    {
        "ProjectionType": Text(values=("ALL", "INCLUDE", "KEYS_ONLY")),
        "NonKeyAttributes": ListOf(Text(1, 255), 1, 20),
    },
)
STREAM = Structure(
    "StreamSpecification",
    {
        "StreamEnabled": FLAG,
        "StreamViewType": Text(
            values=("NEW_AND_OLD_IMAGES", "OLD_IMAGE", "NEW_IMAGE", "KEYS_ONLY")
        ),
    },
    frozenset(("StreamEnabled",)),
)
ENCRYPTION = Structure(
    "SSESpecification",
    {"Enabled": FLAG, "SSEType": Text(values=("AES256", "KMS")), "KMSMasterKeyId": TEXT},
)
BILLING = Text(values=("PROVISIONED", "PAY_PER_REQUEST"))
TABLE_CLASS = Text(values=("STANDARD", "STANDARD_INFREQUENT_ACCESS"))
TAG = Structure("Tag", {"Key": Text(1, 128), "Value": Text(0, 256)}, frozenset(("Key", "Value")))
ATTRIBUTE_DEFINITIONS = ListOf(
    Structure(
        "AttributeDefinition",
        {"AttributeName": Text(1, 255), "AttributeType": Text(values=("B", "N", "S"))},
        frozenset(("AttributeName", "AttributeType")),
    )
)


def index_shape(java: str, schema: Shape, *, throughput: bool) -> Structure:
    """A local or global index as CreateTable and UpdateTable take it."""
    members: dict[str, Shape] = {
        "IndexName": INDEX_NAME,
        "KeySchema": schema,
        "Projection": PROJECTION,
    }
    if throughput:
        members |= {
            "ProvisionedThroughput": THROUGHPUT,
            "OnDemandThroughput": ON_DEMAND,
            "WarmThroughput": WARM,
        }
    return Structure(java, members, frozenset(("IndexName", "KeySchema", "Projection")))
