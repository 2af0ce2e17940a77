"""What is replaced for API Gateway. What its own classes let us override is in `gateway.py`."""

from __future__ import annotations

import zlib
from typing import Any

from localstack_host.localstack_api import replace

NOT_TEXT = b"\xff"


def apply_patches() -> None:
    """For the process, when API Gateway is loaded."""
    from localstack.services.apigateway.next_gen.execute_api.handlers import parse

    patch_paths()
    # The body as it was sent: what is not a form must not be parsed as one. An imported name.
    replace(parse, "restore_payload", sent_body)


def patch_paths() -> None:
    """A path may have a line feed in it (%0A): werkzeug's pattern for paths stops there."""
    from werkzeug.routing import PathConverter

    replace(PathConverter, "regex", "(?s:[^/].*?)")


def sent_body(request: Any) -> bytes:
    """The body of a request to an API."""
    if request.shallow:
        return b""
    try:
        return bytes(request.get_data(cache=True, parse_form_data=False))
    except (OSError, EOFError, zlib.error):
        # It says that it is compressed, and is not. AWS would pass it on as it is: not text.
        return NOT_TEXT
