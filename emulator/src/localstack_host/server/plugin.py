"""The entry point: GATEWAY_SERVER=host."""

from __future__ import annotations

from typing import Any

from localstack.runtime.server.core import RuntimeServerPlugin


class ServerPlugin(RuntimeServerPlugin):
    """Tells LocalStack which server listens for it."""

    name = "host"

    def load(self, *_args: Any, **_kwargs: Any) -> Any:
        """A server that does not listen yet."""
        from localstack_host.server.listening import Server

        return Server()
