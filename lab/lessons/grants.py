"""What roles may do, and what they were refused, as a lesson shows it."""

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
    """A row for each role: which tables it may read, and which it may write."""
    rows = (
        (role, {table: _access(role, target.table(table)) for table in TABLES})
        for role in found.roles
    )
    return [{"role": short(target, role.role), **row} for role, row in rows if any(row.values())]


def short(target: Target, role: str) -> str:
    """`notifier` of `checkout-dev-notifier`."""
    return role.removeprefix(target.named(""))


def _access(role: RoleUse, table: str) -> str:
    actions = [g.action.partition(":")[2] for g in role.grants if _is_of(g, table)]
    kinds = {"write" if action in WRITES else "read" for action in actions}
    return BOTH if len(kinds) > 1 else "".join(kinds)


def _is_of(grant: Grant, table: str) -> bool:
    of_table = grant.resource == "*" or f":table/{table}" in grant.resource
    return grant.action.startswith(("dynamodb:", "*")) and of_table


def denials(target: Target, function: str, since: datetime | None = None) -> list[str]:
    """What AWS said no to in a function's log since a time: each sentence once, in order."""
    return sentences(line.message for line in logs.read(target, function, since))


def sentences(messages: Iterable[str]) -> list[str]:
    """The sentences of denial in log lines: each once, in order."""
    found = (sentence for message in messages for sentence in DENIAL.findall(message))
    return list(dict.fromkeys(found))


def spelled(denial: str) -> str:
    """The sentence in four lines: who, what, on what, why not. Words before it keep their line."""
    return PARTS.sub(r"\n\1", denial)


def plus(policy: Policy, statement: Policy) -> Policy:
    """The policy with one statement more."""
    return policy | {"Statement": [*permissions.statements(policy), statement]}


def require(statement: Any, *denials: str) -> None:
    """Raises AssertionError unless the statement allows just what the denials name."""
    require_narrow(statement)
    named = [NAMED.search(denial) for denial in denials]
    for key, group in (("Action", "action"), ("Resource", "resource")):
        wanted = {found[group] for found in named if found}
        has = set(_listed(statement.get(key, [])))
        if _as_compared(key, has) != _as_compared(key, wanted):
            raise AssertionError(
                f"The denial names {_words(wanted)}, and your {key} is {_words(has) or 'missing'}."
            )


def _as_compared(key: str, words: set[str]) -> set[str]:
    """IAM does not care how actions are capitalised, and does so for resources."""
    return {word.lower() for word in words} if key == "Action" else words


def _words(found: Iterable[str]) -> str:
    return " and ".join(sorted(found))


def require_narrow(statement: Any) -> None:
    """Raises AssertionError for what is no Allow, or has a wildcard."""
    if not isinstance(statement, dict) or "Statement" in statement:
        raise AssertionError('One statement is asked for: {"Sid": …, "Effect": …, …}.')
    if statement.get("Effect") != "Allow":
        raise AssertionError("Effect must be Allow: nobody has said yes so far.")
    for key in ("Action", "Resource"):
        wide = [word for word in _listed(statement.get(key, [])) if "*" in word]
        if wide:
            raise AssertionError(f"It would work, and allow far more: {key} is {wide[0]}.")


def beyond(policy: Policy, action: str, resource: str) -> list[str]:
    """What a policy allows besides one action on the resource whose ARN ends so."""
    return [
        f"{granted} on {where}"
        for _, granted, where in permissions.granted(policy)
        if granted.lower() != action.lower() or not where.endswith(resource) or "*" in where
    ]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
