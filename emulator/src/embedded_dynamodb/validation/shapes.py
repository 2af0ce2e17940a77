"""The shapes of request members, and what AWS says when a value does not fit one."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from embedded_dynamodb.errors import SerializationException, ValidationException
from embedded_dynamodb.validation.java_text import java_text
from embedded_dynamodb.values import check_item, check_value

INT32 = 2**31
_OBJECT_OR_NOT = (dict, list, type(None))


class Shape(Protocol):
    """What a member may be: `check` raises for a wrong type and notes broken constraints.

    It does not look into attribute values. `decode` of those that can have some raises for a wrong
    type in them.
    """

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """Raises SerializationException, or adds the constraints that `value` breaks."""


def constraint(value: Any, path: str, rule: str) -> str:
    """One sentence of "N validation errors detected"."""
    shown = "null" if value is None else f"'{java_text(value)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {rule}"


def newer_form(sentence: str) -> str:
    """The same without the value, and with the member's name as the request has it."""
    rest = sentence[sentence.rindex(" at '") + 5 :]
    path, _, rule = rest.partition("'")
    parts = path.split(".")
    for place in {0, len(parts) - 1}:
        if parts[place] != "member":
            parts[place] = parts[place][:1].upper() + parts[place][1:]
    return f"Value at '{'.'.join(parts)}'{rule}"


def _length(value: Any, at_least: int | None, at_most: int | None) -> str | None:
    if at_least is not None and len(value) < at_least:
        return f"Member must have length greater than or equal to {at_least}"
    if at_most is not None and len(value) > at_most:
        return f"Member must have length less than or equal to {at_most}"
    return None


def _scalar_instead(value: Any, wanted: str) -> SerializationException:
    """The error for a value that is no `wanted`, such as a number in place of a string."""
    if isinstance(value, list):
        return SerializationException(f"Unrecognized collection type class java.lang.{wanted}")
    if isinstance(value, dict):
        return SerializationException("Start of structure or map found where not expected")
    if isinstance(value, bool):
        kind = "TRUE" if value else "FALSE"
    else:
        kind = {int: "NUMBER", float: "DECIMAL"}.get(type(value), "STRING")
    return SerializationException(f"{kind}_VALUE cannot be converted to {wanted}")


@dataclass(frozen=True)
class Text:
    """A string, of a length, of a pattern or one of some values (in AWS's order)."""

    at_least: int | None = None
    at_most: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()

    @cached_property
    def _matches(self) -> Callable[[str], re.Match[str] | None] | None:
        return None if self.pattern is None else re.compile(self.pattern).fullmatch

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """Length and pattern are separate constraints: both may be broken."""
        if not isinstance(value, str):
            raise _scalar_instead(value, "String")
        rule: str | None
        if self.values and value not in self.values:
            rule = f"Member must satisfy enum value set: [{', '.join(self.values)}]"
            broken.append(constraint(value, path, rule))
        if self._matches is not None and value and self._matches(value) is None:
            rule = f"Member must satisfy regular expression pattern: {self.pattern}"
            broken.append(constraint(value, path, rule))
        if rule := _length(value, self.at_least, self.at_most):
            broken.append(constraint(value, path, rule))


@dataclass(frozen=True)
class NewerText(Text):
    """A string of a member that AWS reports in its newer form: without the value."""

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """As a Text, but for the sentence."""
        wrong: list[str] = []
        Text.check(self, value, path, wrong)
        broken += [newer_form(sentence) for sentence in wrong]


@dataclass(frozen=True)
class TableReference(Text):
    """A table's name, or its ARN."""

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """An ARN is looked up: it need not be a name."""
        if isinstance(value, str) and value.startswith("arn:"):
            if rule := _length(value, None, 1024):
                broken.append(constraint(value, path, rule))
        else:
            Text.check(self, value, path, broken)


@dataclass(frozen=True)
class Whole:
    """An Integer or a Long."""

    at_least: int | None = None
    at_most: int | None = None
    java: str = "Integer"

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """A fraction is cut off, as AWS does it; what reads the member calls int()."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _scalar_instead(value, self.java)
        if self.at_least is not None and value < self.at_least:
            rule = f"Member must have value greater than or equal to {self.at_least}"
            broken.append(constraint(value, path, rule))
        if self.at_most is not None and value > self.at_most:
            rule = f"Member must have value less than or equal to {self.at_most}"
            broken.append(constraint(value, path, rule))


@dataclass(frozen=True)
class NewerWhole(Whole):
    """An Integer of a member that AWS reports in its newer form: without the value."""

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """As a Whole, but for the sentence."""
        wrong: list[str] = []
        Whole.check(self, value, path, wrong)
        broken += [newer_form(sentence) for sentence in wrong]


@dataclass(frozen=True)
class Flag:
    """A Boolean."""

    def check(self, value: Any, path: str, broken: list[str]) -> None:  # noqa: ARG002
        """Strings are no booleans."""
        if isinstance(value, bool):
            return
        if isinstance(value, str):
            raise SerializationException("Unexpected token received from parser")
        raise _scalar_instead(value, "Boolean")


@dataclass(frozen=True)
class Moment:
    """Seconds since 1970."""

    def check(self, value: Any, path: str, broken: list[str]) -> None:  # noqa: ARG002
        """A number; a string in a form of its own is not taken."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _scalar_instead(value, "Date")


@dataclass(frozen=True)
class ListOf:
    """A list; `at_most` and `at_least` bound its length."""

    member: Shape
    at_least: int | None = None
    at_most: int | None = None

    def decode(self, value: list[Any]) -> None:
        """Looks into the attribute values of each member."""
        for each in value:
            _decode(self.member, each)

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """Members are counted from one."""
        if not isinstance(value, list):
            if isinstance(value, dict):
                raise SerializationException("Start of structure or map found where not expected")
            raise SerializationException("Unexpected field type")
        if rule := _length(value, self.at_least, self.at_most):
            broken.append(constraint(value, path, rule))
        for place, member in enumerate(value, 1):
            where = f"{path}.{place}.member"
            if member is None:
                broken.append(constraint(None, where, "Member must not be null"))
            else:
                self.member.check(member, where, broken)


@dataclass(frozen=True)
class NewerListOf(ListOf):
    """A list whose length AWS reports in its newer form: without the values."""

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """As a ListOf, but for the sentence on its length."""
        ListOf(self.member).check(value, path, broken)
        if rule := _length(value, self.at_least, self.at_most):
            broken.append(newer_form(constraint("", path, rule)))


@dataclass(frozen=True)
class MapOf:
    """A map by names of your own."""

    member: Shape
    java: str
    names: Text | None = None
    lengths: tuple[int, int] | None = None

    def decode(self, value: dict[str, Any]) -> None:
        """Looks into the attribute values of each member."""
        for each in value.values():
            _decode(self.member, each)

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """The names are part of the path of what is wrong below them."""
        if not isinstance(value, dict):
            if isinstance(value, list):
                raise SerializationException(
                    f"Unrecognized collection type java.util.Map<java.lang.String, {self.java}>"
                )
            raise SerializationException("Unexpected field type")
        if rule := self._rule(value):
            broken.append(constraint(value, path, rule))
        for name, member in value.items():
            if member is None:
                broken.append(constraint(None, f"{path}.{name}.member", "Member must not be null"))
            else:
                self.member.check(member, f"{path}.{name}.member", broken)

    def _rule(self, value: dict[str, Any]) -> str | None:
        """The constraint on all names, or on all values, if one of them breaks it."""
        if self.names is not None:
            for name in value:
                broken: list[str] = []
                self.names.check(name, "", broken)
                if broken:
                    return (
                        "Map keys must satisfy constraint: ["
                        f"Member must have length less than or equal to {self.names.at_most}, "
                        f"Member must have length greater than or equal to {self.names.at_least}, "
                        "Member must satisfy regular expression pattern: "
                        f"{self.names.pattern}]"
                    )
        if self.lengths is not None:
            low, high = self.lengths
            members = [member for member in value.values() if isinstance(member, list)]
            if any(not low <= len(member) <= high for member in members):
                return (
                    "Map value must satisfy constraint: ["
                    f"Member must have length less than or equal to {high}, "
                    f"Member must have length greater than or equal to {low}]"
                )
        return None


@dataclass(frozen=True)
class Values:
    """A map of attribute values, or one value; `embedded_dynamodb.values` looks into them."""

    one: bool = False

    def decode(self, value: Any) -> None:
        """Raises for a wrong type; what else is wrong is said after the constraints."""
        with suppress(ValidationException):
            check_value(value) if self.one else check_item(value)

    def check(self, value: Any, path: str, broken: list[str]) -> None:  # noqa: ARG002
        """Only that it is an object."""
        if isinstance(value, dict):
            return
        if not isinstance(value, list):
            raise SerializationException(
                "Unexpected value type in payload" if self.one else "Unexpected field type"
            )
        java = "com.amazonaws.dynamodb.v20120810.AttributeValue"
        raise SerializationException(
            f"Unrecognized collection type class {java}"
            if self.one
            else f"Unrecognized collection type java.util.Map<java.lang.String, {java}>"
        )


@dataclass(frozen=True)
class Structure:
    """An object with the members that AWS knows; others are ignored."""

    java: str
    members: Mapping[str, Shape]
    required: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def _objects(self) -> tuple[str, ...]:
        """The members that are objects of a type of their own."""
        return tuple(
            name
            for name, shape in self.members.items()
            if isinstance(shape, Structure) or (isinstance(shape, Values) and shape.one)
        )

    def decode(self, value: dict[str, Any]) -> None:
        """Looks into the attribute values of each member."""
        for name, member in value.items():
            if name in self.members:
                _decode(self.members[name], member)

    def check(self, value: Any, path: str, broken: list[str]) -> None:
        """In the order of the table of members, which is the order of AWS's sentences."""
        if not isinstance(value, dict):
            if isinstance(value, list):
                raise SerializationException(
                    "Unrecognized collection type class "
                    f"com.amazonaws.dynamodb.v20120810.{self.java}"
                )
            raise SerializationException("Unexpected value type in payload")
        if self._is_fine(value, path):
            return
        for name, shape in self.members.items():
            member = value.get(name)
            if member is not None:
                shape.check(member, _below(path, name), broken)
            elif name in self.required:
                broken.append(constraint(None, _below(path, name), "Member must not be null"))

    def _is_fine(self, value: dict[str, Any], path: str) -> bool:
        """Whether nothing is wrong: of many members a request has few."""
        broken: list[str] = []
        members = self.members
        if None in value.values():
            # A null is as if it were not there; whoever reads the request shall not meet it.
            for name in [name for name, member in value.items() if member is None]:
                del value[name]
        for name in self._objects:
            if not isinstance(value.get(name), _OBJECT_OR_NOT):
                raise SerializationException("Unexpected field type")
        for name, member in value.items():
            if name in members:
                members[name].check(member, path, broken)
        return not broken and value.keys() >= self.required


def _below(path: str, name: str) -> str:
    lower = name[0].lower() + name[1:]
    return f"{path}.{lower}" if path else lower


def _decode(shape: Shape, value: Any) -> None:
    if value is not None and isinstance(shape, ListOf | MapOf | Structure | Values):
        shape.decode(value)
