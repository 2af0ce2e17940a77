"""Finds the stores of all services: LocalStack's bundles and moto's backends.

They are found by reflection, as module attributes, so that a store that LocalStack does not show to
its own visitors is not missed.
"""

from __future__ import annotations

import importlib
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.stores import AccountRegionBundle
from localstack.state.core import StateVisitor
from moto.core.base_backend import BackendDict

PACKAGES = ("localstack.", "localstack_host.", "moto.")
SHARED = ("_global", "_universal")  # of a bundle's account, and of the bundle
OWN = ("_service_name", "_account_id", "_region_name")
Content = dict[str, Any]


class _Visited(StateVisitor):
    """Collects the identities of what a service shows."""

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def visit(self, state_container: Any) -> None:
        """Adds a store."""
        self.seen.add(id(state_container))


def stores_of(services: list[str]) -> dict[str, Any]:
    """The stores to save. Of moto's, only those that a service in use shows.

    moto creates others by itself, such as EC2's machine images when Systems Manager is asked.
    """
    return _stores_of(tuple(services), len(sys.modules))


@lru_cache(maxsize=1)
def _stores_of(services: tuple[str, ...], _modules: int) -> dict[str, Any]:
    """The same; a service loads modules when it is first asked for its stores."""
    visited = _Visited()
    for service in services:
        SERVICE_PLUGINS._services[service].service.accept_state_visitor(visited)
    return {
        name: store
        for name, store in all_stores().items()
        if not isinstance(store, BackendDict) or id(store) in visited.seen
    }


def all_stores() -> dict[str, Any]:
    """Every store in the modules that are loaded, by `module:attribute`."""
    return _all_stores(len(sys.modules))


@lru_cache(maxsize=1)
def _all_stores(_modules: int) -> dict[str, Any]:
    """The same; they are looked for again only when there are more modules."""
    found: dict[int, tuple[str, Any]] = {}
    for name, store in _attributes():
        known = found.get(id(store))
        if known is None or name < known[0]:
            found[id(store)] = (name, store)
    return dict(sorted(found.values(), key=lambda pair: pair[0]))


def _attributes() -> Iterator[tuple[str, Any]]:
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith(PACKAGES):
            for attribute, value in list(vars(module).items()):
                if type(value) in (AccountRegionBundle, BackendDict):
                    yield f"{module_name}:{attribute}", value


def named(name: str) -> Any:
    """The store with a name; imports its module."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def content_of(store: Any) -> Content:
    """The content of a store, without the objects that a new process makes itself."""
    if isinstance(store, BackendDict):
        return {account: _regions_of_moto(regions) for account, regions in list(store.items())}
    return {
        "universal": store._universal,
        "accounts": {account: _regions_of(regions) for account, regions in list(store.items())},
    }


def _regions_of_moto(regions: Any) -> Content:
    return {
        region: {name: _data(value) for name, value in list(vars(backend).items())}
        for region, backend in dict.items(regions)
    }


def _data(value: Any) -> Any:
    """A dictionary whose default is made by a function without a name: without that function."""
    factory = value.default_factory if isinstance(value, defaultdict) else None
    return dict(value) if getattr(factory, "__name__", "") == "<lambda>" else value


def _regions_of(regions: Any) -> Content:
    return {
        "global": regions._global,
        "regions": {
            region: {
                name: value
                for name, value in vars(store).items()
                if name not in SHARED and name not in OWN
            }
            for region, store in list(regions.items())
        },
    }


def fill(store: Any, content: Content) -> None:
    """Puts the content of a saved store into the one of this process."""
    if isinstance(store, BackendDict):
        for account, regions in content.items():
            for region, attributes in regions.items():
                _set(store[account][region], attributes)
        return
    store._universal.update(content["universal"])
    for account, saved in content["accounts"].items():
        regions = store[account]
        regions._global.update(saved["global"])
        for region, attributes in saved["regions"].items():
            regions[region].__dict__.update(attributes)


def _set(backend: Any, attributes: Content) -> None:
    """Sets attributes; a dictionary with a default keeps that of this process."""
    for name, value in attributes.items():
        own = vars(backend).get(name)
        if isinstance(own, defaultdict) and type(value) is dict:
            own.update(value)
        else:
            vars(backend)[name] = value
