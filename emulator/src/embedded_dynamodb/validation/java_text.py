"""Values as AWS's messages show them: the text that Java makes of an object."""

from typing import Any

# The names of the structures that appear in messages, told by a member that only they have.
_STRUCTURES = (
    ("KeyType", "KeySchemaElement"),
    ("AttributeType", "AttributeDefinition"),
    ("ReadCapacityUnits", "ProvisionedThroughput"),
    ("PutRequest", "WriteRequest"),
    ("DeleteRequest", "WriteRequest"),
    ("IndexName", "Index"),
)
_TRANSACT = {
    "Put": "TransactWriteItem",
    "Update": "TransactWriteItem",
    "Delete": "TransactWriteItem",
    "ConditionCheck": "TransactWriteItem",
    "Get": "TransactGetItem",
}
_VALUE_TYPES = frozenset(("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"))


def java_text(value: Any) -> str:
    """What `toString` gives for a value of a request."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(java_text(member) for member in value)}]"
    if isinstance(value, dict):
        return _object(value)
    return str(value)


def _object(value: dict[str, Any]) -> str:
    name = _structure_name(value)
    members = ", ".join(
        f"{_lower(key) if name else key}={java_text(member)}" for key, member in value.items()
    )
    return f"{name}({members})" if name else f"{{{members}}}"


def _structure_name(value: dict[str, Any]) -> str | None:
    for key in value:
        if key in _TRANSACT:
            return _TRANSACT[key]
    if len(value) == 1 and next(iter(value)) in _VALUE_TYPES:
        return "AttributeValue"
    for member, name in _STRUCTURES:
        if member in value:
            return name
    return None


def _lower(name: str) -> str:
    return name[0].lower() + name[1:] if name else name
