"""LocalStack's entry point for this server: GATEWAY_SERVER=host."""

from __future__ import annotations

from typing import Any

from localstack.runtime.server.core import RuntimeServerPlugin


class ServerPlugin(RuntimeServerPlugin):
    """Provides the server to LocalStack."""

    name = "host"

    def load(self, *_args: Any, **_kwargs: Any) -> Any:
        """Returns a server that is not listening yet."""
        from localstack_host.server.listening import Server

        return Server()
