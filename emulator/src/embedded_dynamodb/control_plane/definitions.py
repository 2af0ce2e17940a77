"""What CreateTable and UpdateTable say of keys and indexes, checked."""

from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import KeyAttribute, KeySchema

INVALID = "One or more parameter values were invalid: "
MAX_LOCAL_INDEXES = 5
MAX_GLOBAL_INDEXES = 20
MAX_PROJECTED = 100
MAX_PARTS = 4
MAX_CAPACITY = 1_000_000_000_000

Elements = list[dict[str, str]]
Types = dict[str, str]


def check_table_keys(elements: Elements, types: Types) -> None:
    """A table has one attribute to hash and perhaps one to sort."""
    names = [element["AttributeName"] for element in elements]
    if len(names) > len(types):
        raise ValidationException("Invalid KeySchema: Some index key attribute have no definition")
    _check_defined(names, types)
    if len(set(names)) < len(names):
        raise ValidationException(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )
    _check_order(elements)


def _check_order(elements: Elements) -> None:
    if elements[0]["KeyType"] != "HASH":
        raise ValidationException(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        )
    if len(elements) == 2 and elements[1]["KeyType"] != "RANGE":
        raise ValidationException(
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
        )


def _check_defined(names: list[str], types: Types) -> None:
    if any(name not in types for name in names):
        raise ValidationException(
            f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(types)}]"
        )


def check_index_keys(elements: Elements, types: Types) -> None:
    """An index has up to four attributes to hash, then up to four to sort."""
    names = [element["AttributeName"] for element in elements]
    _check_defined(names, types)
    if len(set(names)) < len(names):
        raise ValidationException(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )
    kinds = [element["KeyType"] for element in elements]
    if len(elements) <= 2:
        if kinds != ["HASH", "HASH"]:
            _check_order(elements)
        return
    hashes, ranges = kinds.count("HASH"), kinds.count("RANGE")
    if kinds != ["HASH"] * hashes + ["RANGE"] * ranges or not hashes:
        raise ValidationException(
            "Invalid KeySchema: HASH key attributes must come before RANGE key attributes"
        )
    if hashes > MAX_PARTS or ranges > MAX_PARTS:
        raise ValidationException(
            f"{INVALID}An index has at most {MAX_PARTS} HASH and {MAX_PARTS} RANGE key attributes"
        )


def check_local_indexes(indexes: list[dict[str, Any]], table: Elements, types: Types) -> None:
    """A local index shares the table's partition and sorts by another attribute."""
    if not indexes:
        raise ValidationException(f"{INVALID}List of LocalSecondaryIndexes is empty")
    if len(table) < 2:
        raise ValidationException(
            f"{INVALID}Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex"
        )
    for index in indexes:
        keys, name = index["KeySchema"], index["IndexName"]
        check_index_keys(keys, types)
        _check_order(keys)
        if len(keys) < 2:
            raise ValidationException(
                f"{INVALID}Index KeySchema does not have a range key for index: {name}"
            )
        ours, theirs = keys[0]["AttributeName"], table[0]["AttributeName"]
        if ours != theirs:
            raise ValidationException(
                f"{INVALID}Index KeySchema does not have the same leading hash key as table "
                f"KeySchema for index: {name}. index hash key: {ours}, table hash key: {theirs}"
            )
        check_projection(index["Projection"])
    if len(indexes) > MAX_LOCAL_INDEXES:
        raise ValidationException(
            f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of "
            f"{MAX_LOCAL_INDEXES}"
        )


def check_global_indexes(indexes: list[dict[str, Any]], types: Types, *, on_demand: bool) -> None:
    """A global index has its own partition, and its own throughput or none."""
    if not indexes:
        raise ValidationException(f"{INVALID}List of GlobalSecondaryIndexes is empty")
    for index in indexes:
        check_index_keys(index["KeySchema"], types)
        check_projection(index["Projection"])
        check_index_throughput(index, on_demand=on_demand)
    if len(indexes) > MAX_GLOBAL_INDEXES:
        raise ValidationException(
            f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of "
            f"{MAX_GLOBAL_INDEXES}"
        )


def check_index_throughput(index: dict[str, Any], *, on_demand: bool) -> None:
    """Throughput is for provisioned tables."""
    throughput = index.get("ProvisionedThroughput")
    if on_demand and throughput is not None:
        raise ValidationException(
            f"{INVALID}ProvisionedThroughput should not be specified for index: "
            f"{index['IndexName']} when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and throughput is None:
        raise ValidationException(
            f"{INVALID}ProvisionedThroughput must be specified for index: {index['IndexName']}"
        )
    check_throughput(throughput)


def check_throughput(throughput: dict[str, int] | None) -> None:
    """Throughput has an upper bound."""
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if throughput is not None and throughput[name] > MAX_CAPACITY:
            raise ValidationException(f"Given value {throughput[name]} for {name} is out of bounds")


def check_projection(projection: dict[str, Any]) -> None:
    """Which attributes an index has beside its keys."""
    kind, others = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise ValidationException(f"{INVALID}Unknown ProjectionType: null")
    if others is not None and kind != "INCLUDE":
        raise ValidationException(
            f"{INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified"
        )
    if others is None and kind == "INCLUDE":
        raise ValidationException(
            f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
        )


def check_index_names(indexes: list[dict[str, Any]]) -> None:
    """Names are unique among all indexes of a table."""
    seen = set()
    for index in indexes:
        name = index["IndexName"]
        if name in seen:
            raise ValidationException(f"{INVALID}Duplicate index name: {name}")
        seen.add(name)


def check_all_used(types: Types, schemas: list[Elements]) -> None:
    """An attribute that is defined is part of a key."""
    used = {element["AttributeName"] for elements in schemas for element in elements}
    if used >= types.keys():
        return
    if len(schemas) == 1:
        raise ValidationException(
            f"{INVALID}Number of attributes in KeySchema does not exactly match number of "
            "attributes defined in AttributeDefinitions"
        )
    keys = dict.fromkeys(element["AttributeName"] for each in schemas for element in each)
    raise ValidationException(
        f"{INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: "
        f"[{', '.join(types)}], keys used: [{', '.join(keys)}]"
    )


def key_schema(elements: Elements, types: Types) -> KeySchema:
    """The key that the elements describe."""
    parts: dict[str, list[KeyAttribute]] = {"HASH": [], "RANGE": []}
    for element in elements:
        name = element["AttributeName"]
        parts[element["KeyType"]].append(KeyAttribute(name, types[name]))
    return KeySchema(tuple(parts["HASH"]), tuple(parts["RANGE"]))


def make_index(
    definition: dict[str, Any], types: Types, table: KeySchema, *, is_global: bool
) -> Index:
    """An empty index."""
    projection = definition["Projection"]
    members = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
    return Index(
        definition["IndexName"],
        key_schema(definition["KeySchema"], types),
        table,
        projection["ProjectionType"],
        tuple(projection.get("NonKeyAttributes") or ()),
        is_global,
        {name: definition[name] for name in members if definition.get(name) is not None},
    )
