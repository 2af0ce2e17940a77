"""Caches the clients with which LocalStack's services call each other.

LocalStack has a cache, but its key is the identity of a configuration that is created for every
call, and it assumes a role again for every state of a workflow. So each state created two clients,
20 ms of work and a megabyte each, and the last 256 stayed in memory: docs/performance.md. The
clients have a constant User-Agent, which botocore would otherwise assemble for every call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from botocore.config import Config

CLIENTS = 48  # one for each service, role and region in use
# Credentials are valid for an hour. A role that may no longer be assumed can still be used for this
# long; on AWS such a change takes a while, too.
RENEWED_AFTER_S = 300.0
ROLES = 128
USER_AGENT = Config(user_agent="localstack")  # nobody reads it


class ByContent:
    """A client's configuration, compared by its content."""

    def __init__(self, config: Any) -> None:
        self.config = config
        options = config._user_provided_options
        self._key = repr(sorted(options.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByContent) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


_by_content = lru_cache(CLIENTS)(ByContent)  # a configuration never changes


def cached_by_content(make: Callable[..., Any]) -> Callable[..., Any]:
    """Caches `make` by its arguments and the content of `config`."""

    @lru_cache(CLIENTS)
    def cached(factory: Any, config: ByContent, **arguments: Any) -> Any:
        return make(factory, config=config.config.merge(USER_AGENT), **arguments)

    def client(factory: Any, *, config: Any, **arguments: Any) -> Any:
        return cached(factory, _by_content(config), **arguments)

    return client


def cached_by_service(choose: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Caches `choose` in the factory: its settings never change."""

    def client(factory: Any, service: str) -> Any:
        clients = vars(factory).setdefault("_chosen", {})
        if service not in clients:
            clients[service] = choose(factory, service)
        return clients[service]

    return client


def cached_with_expiry(
    assume: Callable[..., Any], clock: Callable[[], float] = time.monotonic
) -> Callable[..., Any]:
    """Caches `assume` for `RENEWED_AFTER_S`; exceptions are not cached."""

    @lru_cache(ROLES)
    def cached(factory: Any, _period: int, options: tuple[Any, ...]) -> Any:
        return assume(factory, **dict(_plain(options)))

    def assumed(factory: Any, **options: Any) -> Any:
        period = int(clock() // RENEWED_AFTER_S)
        return cached(factory, period, tuple(sorted(_comparable(options))))

    return assumed


def _comparable(options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in options.items():
        yield name, _by_content(value) if name == "config" and value is not None else value


def _plain(options: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    for name, value in options:
        yield name, value.config if isinstance(value, ByContent) else value
