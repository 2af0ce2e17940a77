"""The settings of a stage for one method.

https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EVERY = "*/*"


def of(context: Any) -> Mapping[str, Any]:
    """The settings for the method of a request: its own or, without any, those of all methods."""
    settings: Mapping[str, Any] = context.stage_configuration.get("methodSettings") or {}
    if not settings:
        return {}
    method = context.resource_method.get("httpMethod") or ""
    named = (f"{context.resource['path'].strip('/')}/{method}").lstrip("/")
    for key, found in settings.items():
        if key != EVERY and _plain(key) == named:
            return dict(found)
    return settings.get(EVERY) or {}


def _plain(key: str) -> str:
    """`orders/{id}/GET` of `~1orders~1{id}/GET`, and of what is written without the first slash."""
    path, _, method = key.rpartition("/")
    return f"{path.replace('~1', '/').strip('/')}/{method}".lstrip("/")
