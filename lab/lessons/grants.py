"""The permissions of roles, and their denials, as a lesson shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lab.core.target import Target
from lab.shop import logs, permissions
from lab.shop.health import TABLES
from lab.shop.permissions import Grant, Permissions, RoleUse

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
BOTH = "read\N{NO-BREAK SPACE}+\N{NO-BREAK SPACE}write"
NAMED = re.compile(r"perform: (?P<action>\S+) on resource: (?P<resource>\S+)")
PARTS = re.compile(r" (User:|is not authorized|on resource|because|with an explicit)")
Policy = dict[str, Any]
DENIAL = re.compile(r"User: .+? is not authorized to perform: .+? action\b")


def matrix(found: Permissions, target: Target) -> list[dict[str, str]]:
    """A row for each role, with its access to each table: read, write or both."""
    rows = (
        (role, {table: _access(role, target.table(table)) for table in TABLES})
        for role in found.roles
    )
    return [{"role": short(target, role.role), **row} for role, row in rows if any(row.values())]


def short(target: Target, role: str) -> str:
    """`notifier` of `checkout-dev-notifier`."""
    return role.removeprefix(target.named(""))


def _access(role: RoleUse, table: str) -> str:
    actions = [g.action.partition(":")[2] for g in role.grants if _covers(g, table)]
    kinds = {"write" if action in WRITES else "read" for action in actions}
    return BOTH if len(kinds) > 1 else "".join(kinds)


def _covers(grant: Grant, table: str) -> bool:
    of_table = grant.resource == "*" or f":table/{table}" in grant.resource
    return grant.action.startswith(("dynamodb:", "*")) and of_table


def denials(target: Target, function: str, since: datetime | None = None) -> list[str]:
    """The access-denied messages in a function's log since a time, without duplicates."""
    return sentences(line.message for line in logs.read(target, function, since))


def sentences(messages: Iterable[str]) -> list[str]:
    """The access-denied messages in log lines, without duplicates, in order."""
    matches = (match for message in messages for match in DENIAL.findall(message))
    return list(dict.fromkeys(matches))


def spelled(denial: str) -> str:
    """The message in four lines: principal, action, resource, reason."""
    return PARTS.sub(r"\n\1", denial)


def plus(policy: Policy, statement: Policy) -> Policy:
    """The policy with one more statement."""
    return policy | {"Statement": [*permissions.statements(policy), statement]}


def require(statement: Any, *denials: str) -> None:
    """Raises AssertionError unless the statement allows exactly what the denials name."""
    require_narrow(statement)
    matches = [NAMED.search(denial) for denial in denials]
    for key, group in (("Action", "action"), ("Resource", "resource")):
        needed = {match[group] for match in matches if match}
        granted = set(_as_list(statement.get(key, [])))
        if _normalized(key, granted) != _normalized(key, needed):
            raise AssertionError(
                f"The denial names {_joined(needed)}, and your {key} is"
                f" {_joined(granted) or 'missing'}."
            )


def _normalized(key: str, words: set[str]) -> set[str]:
    """Lowercases actions, which IAM compares case-insensitively, unlike resources."""
    return {word.lower() for word in words} if key == "Action" else words


def _joined(found: Iterable[str]) -> str:
    return " and ".join(sorted(found))


def require_narrow(statement: Any) -> None:
    """Raises AssertionError unless it is an Allow statement without wildcards."""
    if not isinstance(statement, dict) or "Statement" in statement:
        raise AssertionError('One statement is asked for: {"Sid": …, "Effect": …, …}.')
    if statement.get("Effect") != "Allow":
        raise AssertionError("Effect must be Allow: nobody has said yes so far.")
    for key in ("Action", "Resource"):
        wide = [word for word in _as_list(statement.get(key, [])) if "*" in word]
        if wide:
            raise AssertionError(f"It would work, and allow far more: {key} is {wide[0]}.")


def beyond(policy: Policy, action: str, resource: str) -> list[str]:
    """What a policy allows besides one action on the resource whose ARN ends with `resource`."""
    return [
        f"{granted} on {where}"
        for _, granted, where in permissions.granted(policy)
        if granted.lower() != action.lower() or not where.endswith(resource) or "*" in where
    ]


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
