"""Who is asked about, and what AWS refuses: an identity whose clients are fakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from lab.docs import generated_pages

OURS = "123456789012"
SETTINGS = generated_pages.settings_of("prod")


def refuse(code: str, message: str = "no") -> Callable[..., Any]:
    def call(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "Operation")

    return call


@dataclass
class Somebody:
    """An identity whose clients are fakes; what it was not given, it is refused."""

    clients: dict[str, Any] = field(default_factory=dict)
    account: str = OURS
    arn: str = f"arn:aws:iam::{OURS}:user/ada"
    region: str = "us-east-2"
    profile: str | None = "mine"
    endpoint: str | None = None
    expires: datetime | None = None

    def client(self, service: str) -> Any:
        return self.clients[service]

    @property
    def session(self) -> Any:
        found = SimpleNamespace(_expiry_time=self.expires)
        return SimpleNamespace(get_credentials=lambda: found)
