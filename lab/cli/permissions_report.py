"""Renders the permissions of roles, their use, and denied requests."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from lab.console import render
from lab.core import invocation
from lab.shop.permissions import Grant, Permissions, Refusal, RoleUse, is_wide

SHOWN = 20


def draw(result: Permissions) -> RenderableType:
    """Every role with its grants (unused ones in red), and its denied requests."""
    if not result.roles:
        return Text(invocation.advice("No roles are deployed here. Deploy them with `lab deploy`."))
    parts = [part for role in result.roles for part in (_title(role), _role(role))]
    if result.others:
        parts += [Text("Services and others", style="bold"), _refusals(result.others)]
    return Group(*parts, _summary(result))


def _title(role: RoleUse) -> Text:
    used = len(role.grants) - len(role.unused)
    return Text(role.role, style="bold") + Text(f"  {used} of {len(role.grants)} used", style="dim")


def _role(role: RoleUse) -> RenderableType:
    rows = [(_sign(g), g.action, Text(_short(g.resource), style="dim")) for g in role.grants]
    return Group(render.Grid(rows), _refusals(role.refused), Text())


def _sign(grant: Grant) -> Text:
    if is_wide(grant):
        return Text("wide", style="yellow")
    return Text(f"{grant.used}x") if grant.used else Text("unused", style="red")


def _short(arn: str) -> str:
    """The resource part of an ARN."""
    return ":".join(arn.split(":")[5:]) or arn


def _refusals(refused: Iterable[Refusal]) -> RenderableType:
    rows = [
        (
            Text(f"refused {refusal.count}x", style="red"),
            refusal.action,
            f"{refusal.caller}: {_short(refusal.resource)}, {refusal.reason}",
        )
        for refusal in list(refused)[:SHOWN]
    ]
    return render.Grid(rows)


def _summary(result: Permissions) -> Text:
    unused = sum(len(role.unused) for role in result.roles)
    wide = sum(len(role.wide) for role in result.roles)
    refused = len(result.others) + sum(len(role.refused) for role in result.roles)
    counts = f"{unused} grants unused, {wide} too wide, {refused} kinds of requests refused"
    return Text(f"{len(result.roles)} roles: {counts}")
