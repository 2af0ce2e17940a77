"""WAF: web ACLs of stages, whose rules are kept and never applied."""

from __future__ import annotations

from typing import Any

HANDLERS: dict[str, Any] = {}
