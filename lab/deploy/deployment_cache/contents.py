"""What an emulator holds: nothing yet, a deployment alone, or more than that."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from lab.core import clients, naming
from lab.core.reachability import HEALTH
from lab.core.target import Target
from lab.deploy.terraform import inventory, leftovers
from lab.deploy.terraform.inventory import Listing
from lab.deploy.terraform.state import BUCKET

LOADED = "/_host/state"
"""The page of the emulator that says which state it has loaded."""

UNUSED = frozenset({"available", "disabled"})
TIMEOUT_S = 10.0
AWS_OWN = ("default", "alias/aws/")
"""The beginnings of names that exist without anybody's doing: the default bus, AWS's own keys."""


def is_empty(endpoint: str) -> bool:
    """Whether an emulator that keeps its state started with none, and no service was used since."""
    if not is_new(endpoint):
        return False
    services = _page(endpoint, HEALTH).get("services")
    return isinstance(services, dict) and not set(services.values()) - UNUSED


def is_new(endpoint: str) -> bool:
    """Whether an emulator that keeps its state started with none."""
    return _page(endpoint, LOADED).get("restored") is False


def _page(endpoint: str, path: str) -> dict[str, Any]:
    """The JSON object of a page of the emulator; an empty one if it does not answer with one."""
    try:
        with clients.http(endpoint, timeout=TIMEOUT_S) as emulator:
            page = emulator.get(path).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return page if isinstance(page, dict) else {}


def others(target: Target) -> list[str]:
    """What there is besides the environment's resources, and tables of it with items."""
    with ThreadPoolExecutor() as pool:
        names = pool.map(lambda listing: list(_others(target, listing)), inventory.LISTINGS)
        return [*(name for found in names for name in found), *_filled_tables(target)]


def _others(target: Target, listing: Listing) -> Iterator[str]:
    expected = {BUCKET, naming.shop().lock_table}
    for found in inventory.resources(target, listing):
        ours = leftovers.is_ours(target.environment, found.service, found.name)
        if not ours and found.name not in expected and not found.name.startswith(AWS_OWN):
            yield f"{found.service} {found.name}"


def _filled_tables(target: Target) -> Iterator[str]:
    dynamodb = target.client("dynamodb")
    for name in map(target.table, leftovers.TABLES):
        if dynamodb.scan(TableName=name, Limit=1)["Items"]:
            yield f"items in {name}"
