"""Functions that check and read the values of one shape of a service's model.

botocore interprets the model again for each value of each call. Here a shape becomes a function
once. A function for parameters raises `Unsure` for whatever botocore might refuse or convert, and
one for responses for whatever botocore might refuse: then botocore does it, and raises its errors.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial
from math import isfinite
from typing import Any

Check = Callable[[Any], None]
Read = Callable[[Any], Any]
Members = dict[str, tuple[str, Read | None]]
"""Members of a structure in a response: their names in the result, and their functions."""


class Unsure(Exception):
    """The value is left to botocore."""


class Checks:
    """Functions that return if a parameter is valid, and is JSON as it is, but for bytes."""

    def __init__(self) -> None:
        self._known: dict[str, Check] = {}

    def of(self, shape: Any) -> Check:
        """The function of a shape. A shape may contain itself."""
        key = _key(shape)
        if key not in self._known:
            self._known[key] = partial(self._check, key)
            make = getattr(self, f"_{shape.type_name}", None)
            self._known[key] = make(shape) if make else _unsure
        return self._known[key]

    def _check(self, key: str, value: Any) -> None:
        self._known[key](value)

    def _structure(self, shape: Any) -> Check:
        if shape.is_document_type or any("name" in m.serialization for m in shape.members.values()):
            return _unsure
        members = {name: self.of(member) for name, member in shape.members.items()}
        required = tuple(shape.metadata.get("required", ()))
        union = shape.is_tagged_union

        def check(value: Any) -> None:
            if type(value) is not dict or (union and len(value) != 1):
                raise Unsure
            for name in required:
                if name not in value:
                    raise Unsure
            for name, item in value.items():
                members[name](item)

        return check

    def _map(self, shape: Any) -> Check:
        key_check, value_check = self.of(shape.key), self.of(shape.value)

        def check(value: Any) -> None:
            if type(value) is not dict:
                raise Unsure
            for key, item in value.items():
                key_check(key)
                value_check(item)

        return check

    def _list(self, shape: Any) -> Check:
        member, least = self.of(shape.member), shape.metadata.get("min", 0)

        def check(value: Any) -> None:
            if type(value) is not list or len(value) < least:
                raise Unsure
            for item in value:
                member(item)

        return check

    def _string(self, shape: Any) -> Check:
        least = shape.metadata.get("min", 0)
        if shape.serialization.get("jsonvalue"):
            return _unsure

        def check(value: Any) -> None:
            if type(value) is not str or len(value) < least:
                raise Unsure

        return check

    def _integer(self, shape: Any) -> Check:
        least = shape.metadata.get("min", float("-inf"))

        def check(value: Any) -> None:
            if type(value) is not int or value < least:
                raise Unsure

        return check

    _long = _integer

    def _double(self, shape: Any) -> Check:
        least = shape.metadata.get("min", float("-inf"))

        def check(value: Any) -> None:
            if type(value) is not float or not isfinite(value) or value < least:
                raise Unsure

        return check

    _float = _double

    def _boolean(self, _shape: Any) -> Check:
        def check(value: Any) -> None:
            if type(value) is not bool:
                raise Unsure

        return check

    def _blob(self, _shape: Any) -> Check:
        def check(value: Any) -> None:
            if type(value) is not bytes:
                raise Unsure

        return check


class Reads:
    """Functions that return what botocore's parser returns for a part of a response."""

    def __init__(self, parser: Any) -> None:
        self._parser = parser
        self._known: dict[str, Read | None] = {}

    def of(self, shape: Any) -> Read | None:
        """The function of a shape, which may contain itself; None if JSON's value is the result."""
        key = _key(shape)
        if key not in self._known:
            self._known[key] = partial(self._read, key)
            make = getattr(self, f"_{shape.type_name}", None)
            self._known[key] = make(shape) if make else None
        return self._known[key]

    def _read(self, key: str, value: Any) -> Any:
        read = self._known[key]
        return read(value) if read else value

    def _structure(self, shape: Any) -> Read | None:
        if shape.is_document_type:
            return None
        members: Members = {
            member.serialization.get("name", name): (name, self.of(member))
            for name, member in shape.members.items()
        }
        return partial(_read_union if shape.is_tagged_union else _read_structure, members)

    def _map(self, shape: Any) -> Read | None:
        if shape.key.type_name != "string":
            return _unsure
        read = self.of(shape.value)
        if read is None:
            return lambda value: dict(value.items())
        return lambda value: {key: read(item) for key, item in value.items()}

    def _list(self, shape: Any) -> Read | None:
        read = self.of(shape.member)
        if read is None:
            return list
        return lambda value: [read(item) for item in value]

    def _blob(self, _shape: Any) -> Read:
        read: Read = self._parser._blob_parser
        return read

    def _timestamp(self, _shape: Any) -> Read:
        read: Read = self._parser._timestamp_parser
        return read


def _read_structure(members: Members, value: Any) -> dict[str, Any]:
    if len(value) == 1:
        ((json_name, item),) = value.items()
        if item is None or json_name not in members:
            return {}
        name, read = members[json_name]
        return {name: read(item) if read else item}
    found = {}
    for json_name, (name, read) in members.items():
        item = value.get(json_name)
        if item is not None:
            found[name] = read(item) if read else item
    return found


def _read_union(members: Members, value: Any) -> dict[str, Any]:
    """A structure with one member."""
    found = _read_structure(members, value) if len(value) == 1 else {}
    if not found:
        raise Unsure
    return found


def encoded(parameters: Any) -> bytes:
    """Checked parameters as the JSON that botocore's serializer writes."""
    return json.dumps(parameters, default=_base64).encode()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _unsure(_value: Any) -> None:
    raise Unsure


def _key(shape: Any) -> str:
    """Equal for shapes of one name with equal traits of the member that refers to them."""
    return f"{shape.name} {shape.metadata!r} {shape.serialization!r}"
