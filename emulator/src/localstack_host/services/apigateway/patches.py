"""The patches of API Gateway. Overridden classes are in `gateway.py`."""

from __future__ import annotations

import zlib
from typing import Any

from localstack_host.localstack_api import replace

NOT_TEXT = b"\xff"


def apply_patches() -> None:
    """Applies the patches, when API Gateway is loaded."""
    from localstack.services.apigateway.next_gen.execute_api.handlers import parse
    from localstack.services.apigateway.next_gen.execute_api.integrations import aws

    from localstack_host.services.apigateway import integrations

    patch_paths()
    # `replace`: it is cached.
    replace(aws, "get_internal_mocked_headers", integrations.headers)
    # The body as it was sent, not parsed as a form. `replace`: the name was imported.
    replace(parse, "restore_payload", sent_body)


def patch_paths() -> None:
    """Allows a line feed (%0A) in paths, which werkzeug's pattern does not match."""
    from werkzeug.routing import PathConverter

    replace(PathConverter, "regex", "(?s:[^/].*?)")


def sent_body(request: Any) -> bytes:
    """The body of a request to an API."""
    if request.shallow:
        return b""
    try:
        return bytes(request.get_data(cache=True, parse_form_data=False))
    except (OSError, EOFError, zlib.error):
        # Not compressed as its header declares. AWS would pass it on unchanged: not text.
        return NOT_TEXT
