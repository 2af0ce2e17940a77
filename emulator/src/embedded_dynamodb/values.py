"""Attribute values in their wire form, such as {"S": "x"}: checks, sizes, order and equality.

`check_value` and `check_item` return values in the form in which DynamoDB stores them, numbers
canonical. Everything else in this package takes values in that form.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from embedded_dynamodb import numbers
from embedded_dynamodb.errors import SerializationException, ValidationException
from embedded_dynamodb.numbers import NumberKey

type Value = dict[str, Any]
type Item = dict[str, Value]

MAX_ITEM_SIZE = 400 * 1024
MAX_NESTING = 32
MAX_NAME_SIZE = 65_535
SHORT_NAME = MAX_NAME_SIZE // 4  # in characters, which have four bytes at most

INVALID = "One or more parameter values were invalid: "
EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
SEVERAL = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
    "supported datatypes"
)
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
    "beyond supported limit"
)


def check_item(item: Any) -> Item:
    """The item as it is stored; its size is `item_size`'s matter."""
    if type(item) is not dict:
        raise SerializationException("Unexpected field type")
    for name in item:
        if not 0 < len(name) < SHORT_NAME:
            check_name(name)
    return {name: check_value(value) for name, value in item.items()}


def check_name(name: str) -> None:
    """Refuses an attribute name that is empty or too long."""
    if not name:
        raise ValidationException(INVALID + "Empty attribute name")
    if text_size(name) > MAX_NAME_SIZE:
        raise ValidationException(
            f"{INVALID}Attribute name is too large, must be less than {MAX_NAME_SIZE + 1} bytes"
        )


def check_value(value: Any, depth: int = 0) -> Value:
    """The value as it is stored."""
    if type(value) is not dict:
        if isinstance(value, list):
            raise SerializationException(
                "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"
            )
        raise SerializationException("Unexpected value type in payload")
    if len(value) != 1:
        return _check_odd(value, depth)
    (kind,) = value
    content = value[kind]
    if kind == "S" and type(content) is str:
        return value
    checker = _CHECKERS.get(kind)
    if checker is None or content is None:
        raise ValidationException(EMPTY)
    checked = checker(content, depth)
    return value if checked is content else {kind: checked}


def _check_odd(value: Value, depth: int) -> Value:
    """A value with no type, or several; null and unknown members do not count."""
    known = {kind: value[kind] for kind in value if kind in _CHECKERS and value[kind] is not None}
    checked = {kind: _CHECKERS[kind](content, depth) for kind, content in known.items()}
    if not checked:
        raise ValidationException(EMPTY)
    if len(checked) > 1:
        raise ValidationException(SEVERAL)
    return checked


def _check_string(content: Any, _depth: int) -> str:
    if type(content) is str:
        return content
    raise SerializationException(not_a_string(content))


def not_a_string(content: Any) -> str:
    """The message on something in JSON where a string has to be."""
    if isinstance(content, bool):
        return f"{'TRUE' if content else 'FALSE'}_VALUE cannot be converted to String"
    if isinstance(content, int):
        return "NUMBER_VALUE cannot be converted to String"
    if isinstance(content, float):
        return "DECIMAL_VALUE cannot be converted to String"
    if isinstance(content, list):
        return "Unrecognized collection type class java.lang.String"
    return "Start of structure or map found where not expected"


def _check_number(content: Any, depth: int) -> str:
    return numbers.canonical(_check_string(content, depth))


_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _check_binary(content: Any, _depth: int) -> str:
    if type(content) is not str:
        raise SerializationException(_not_binary(content))
    if len(content) % 4:
        raise SerializationException(
            f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(content)}"
        )
    if content.endswith("=") and _has_bits_left(content.rstrip("=")):
        raise SerializationException("Invalid last non-pad Base64 character dectected")
    try:
        b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise SerializationException("Invalid Base64 character detected") from None
    return content


def _has_bits_left(digits: str) -> bool:
    """Whether the last digit has bits that are in no byte; AWS looks there first."""
    unused = {2: 0b1111, 3: 0b11}.get(len(digits) % 4, 0)
    return max(_BASE64.find(digits[-1:]), 0) & unused > 0


def _not_binary(content: Any) -> str:
    if isinstance(content, list):
        return "Unrecognized collection type class java.nio.ByteBuffer"
    if isinstance(content, dict):
        return "Start of structure or map found where not expected"
    return "only base-64-encoded strings are convertible to bytes"


def _check_boolean(content: Any, _depth: int) -> bool:
    if type(content) is bool:
        return content
    if type(content) is str:
        return _boolean_word(content)
    if isinstance(content, int):
        raise SerializationException("NUMBER_VALUE cannot be converted to Boolean")
    if isinstance(content, float):
        raise SerializationException("DECIMAL_VALUE cannot be converted to Boolean")
    if isinstance(content, list):
        raise SerializationException("Unrecognized collection type class java.lang.Boolean")
    raise SerializationException("Start of structure or map found where not expected")


def _boolean_word(word: str) -> bool:
    if word.upper() in ("TRUE", "1", "YES"):
        return True
    if word.upper() in ("FALSE", "0", "NO"):
        return False
    raise SerializationException("Unexpected token received from parser")


def _check_null(content: Any, depth: int) -> bool:
    if not _check_boolean(content, depth):
        raise ValidationException(
            INVALID + "Null attribute value types must have the value of true"
        )
    return True


def _check_list_type(content: Any) -> list[Any]:
    if type(content) is list:
        return content
    if isinstance(content, dict):
        raise SerializationException("Start of structure or map found where not expected")
    raise SerializationException("Unexpected field type")


def _check_string_set(content: Any, depth: int) -> list[str]:
    members = [_check_string(member, depth) for member in _check_list_type(content)]
    if not members:
        raise ValidationException(INVALID + "An string set  may not be empty")
    if len(set(members)) != len(members):
        shown = ", ".join(members)
        raise ValidationException(f"{INVALID}Input collection [{shown}] contains duplicates.")
    return members


def _check_number_set(content: Any, depth: int) -> list[str]:
    members = [_check_number(member, depth) for member in _check_list_type(content)]
    if not members:
        raise ValidationException(INVALID + "An number set  may not be empty")
    if len(set(members)) != len(members):
        raise ValidationException("Input collection contains duplicates")
    return members


def _check_binary_set(content: Any, depth: int) -> list[str]:
    members = [_check_binary(member, depth) for member in _check_list_type(content)]
    if not members:
        raise ValidationException(INVALID + "Binary sets should not be empty")
    if len(set(members)) != len(members):
        shown = ", ".join(members)
        raise ValidationException(
            f"{INVALID}Input collection [{shown}]of type BS contains duplicates."
        )
    return members


def _check_list(content: Any, depth: int) -> list[Value]:
    members = _check_list_type(content)
    if depth + 2 > MAX_NESTING:
        raise ValidationException(TOO_DEEP)
    return [check_value(member, depth + 1) for member in members]


def _check_map(content: Any, depth: int) -> Item:
    if type(content) is not dict:
        raise SerializationException(
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>"
            if isinstance(content, list)
            else "Unexpected field type"
        )
    if depth + 2 > MAX_NESTING:
        raise ValidationException(TOO_DEEP)
    for name in content:
        if not 0 < len(name) < SHORT_NAME:
            check_name(name)
    return {name: check_value(member, depth + 1) for name, member in content.items()}


_CHECKERS: dict[str, Callable[[Any, int], Any]] = {
    "S": _check_string,
    "N": _check_number,
    "B": _check_binary,
    "BOOL": _check_boolean,
    "NULL": _check_null,
    "SS": _check_string_set,
    "NS": _check_number_set,
    "BS": _check_binary_set,
    "L": _check_list,
    "M": _check_map,
}
TYPES = tuple(_CHECKERS)
SETS = ("SS", "NS", "BS")


def type_of(value: Value) -> str:
    """The name of the value's type, such as "S"."""
    return next(iter(value))


def depth_of(value: Value) -> int:
    """How many lists and maps are inside each other, at most."""
    ((kind, content),) = value.items()
    if kind == "M":
        return 1 + max(map(depth_of, content.values()), default=0)
    if kind == "L":
        return 1 + max(map(depth_of, content), default=0)
    return 0


def item_size(item: Item) -> int:
    """Bytes of an item: those of its names and of its values."""
    return sum([text_size(name) + value_size(value) for name, value in item.items()])


def text_size(text: str) -> int:
    """Bytes of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def value_size(value: Value) -> int:
    """Bytes of a value, by the rules of "DynamoDB item sizes and formats"."""
    ((kind, content),) = value.items()
    if kind == "S":
        return text_size(content)
    return _SIZES[kind](content)


def _binary_size(content: str) -> int:
    return len(content) * 3 // 4 - content[-2:].count("=")


_SIZES: dict[str, Callable[[Any], int]] = {
    "N": numbers.number_size,
    "B": _binary_size,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(text_size, members)),
    "NS": lambda members: sum(map(numbers.number_size, members)),
    "BS": lambda members: sum(map(_binary_size, members)),
    # Three bytes, and one for each member.
    "L": lambda members: 3 + sum([1 + value_size(member) for member in members]),
    "M": lambda members: (
        3 + sum([1 + text_size(name) + value_size(member) for name, member in members.items()])
    ),
}


def binary(content: str) -> bytes:
    """The bytes of a B's content."""
    return b64decode(content)


def comparable(value: Value) -> str | bytes | NumberKey:
    """What values of one type, S, N or B, are ordered by.

    Python orders texts by code point, which is the order of their UTF-8 bytes.
    """
    ((kind, content),) = value.items()
    if kind == "S":
        return content  # type: ignore[no-any-return]
    return numbers.number_key(content) if kind == "N" else b64decode(content)


def equal(left: Value, right: Value) -> bool:
    """Whether two values are equal: sets in any order, numbers by value."""
    if left == right:
        return True
    ((kind, one),) = left.items()
    other = right.get(kind)
    if kind not in _WITH_MEMBERS or other is None or len(one) != len(other):
        return False
    if kind == "L":
        return all(map(equal, one, other))
    if kind == "M":
        return all(name in other and equal(member, other[name]) for name, member in one.items())
    return set(one) == set(other)


_WITH_MEMBERS = frozenset({"L", "M", *SETS})
