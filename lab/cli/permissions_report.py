"""Draws what roles may do, what they used and what they were refused."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from lab.console import render
from lab.core import invocation
from lab.shop.permissions import Grant, Permissions, Refusal, RoleUse, is_wide

SHOWN = 20


def draw(found: Permissions) -> RenderableType:
    """Every role with its grants, the unused ones in red, and below them what was refused."""
    if not found.roles:
        return Text(invocation.advice("No roles are deployed here. Deploy them with `lab deploy`."))
    parts = [part for role in found.roles for part in (_title(role), _role(role))]
    if found.others:
        parts += [Text("Services and others", style="bold"), _refusals(found.others)]
    return Group(*parts, _sum(found))


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
    """The part of an ARN that tells one resource from another."""
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


def _sum(found: Permissions) -> Text:
    unused = sum(len(role.unused) for role in found.roles)
    wide = sum(len(role.wide) for role in found.roles)
    refused = len(found.others) + sum(len(role.refused) for role in found.roles)
    counts = f"{unused} grants unused, {wide} too wide, {refused} kinds of requests refused"
    return Text(f"{len(found.roles)} roles: {counts}")
