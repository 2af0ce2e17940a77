"""Which AWS the lab talks to: the one place that reads `AWS_ENDPOINT_URL`."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from lab import paths

REGION = "us-east-2"
DEFAULT_ENDPOINT = "http://localhost:4566"


@dataclass(frozen=True)
class Target:
    """An environment of the checkout at an AWS endpoint.

    `endpoint` is the emulator's URL, or None for the real AWS; `profile` is of the user's AWS
    configuration, and only for the real one.
    """

    environment: str = "dev"
    endpoint: str | None = DEFAULT_ENDPOINT
    region: str = REGION
    profile: str | None = None

    @classmethod
    def current(cls, environment: str = "dev") -> Target:
        """`AWS_ENDPOINT_URL` if set, else the lab's running emulator, else port 4566."""
        return cls(environment, given_endpoint() or recorded_endpoint())

    @cached_property
    def session(self) -> boto3.Session:
        """A session with the emulator's credentials, or the user's own for the real AWS."""
        if self.endpoint is None:
            return boto3.Session(region_name=self.region, profile_name=self.profile)
        return boto3.Session(access_key(), "test", region_name=self.region)

    def client(self, service: str) -> Any:
        """A boto3 client for `service` at this target."""
        config = Config(retries={"mode": "standard", "max_attempts": 3}, inject_host_prefix=False)
        return self.session.client(service, endpoint_url=self.endpoint, config=config)  # type: ignore[call-overload]

    @property
    def prefix(self) -> str:
        """The name of whatever there is one of: the bus, the API, the state machine."""
        return f"checkout-{self.environment}"

    def table(self, name: str) -> str:
        """The full name of a table: `products` becomes `products-dev`."""
        return f"{name}-{self.environment}"

    def named(self, name: str) -> str:
        """The full name of anything else: `notifier` becomes `checkout-dev-notifier`."""
        return f"{self.prefix}-{name}"


def access_key() -> str:
    """The emulator's owner. An access key of twelve digits names an account there.

    Any other one in the environment is for the real AWS, and stays out of it.
    """
    given = os.environ.get("AWS_ACCESS_KEY_ID", "")
    return given if re.fullmatch(r"\d{12}", given) else "test"


def given_endpoint() -> str | None:
    """The endpoint that the user wants, if one is set: the lab's own emulator stays out of it."""
    return os.environ.get("AWS_ENDPOINT_URL") or None


def recorded_endpoint() -> str:
    """The endpoint that `lab up` wrote down, or the default one."""
    record = paths.home() / "emulator.json"
    try:
        return str(json.loads(record.read_text())["endpoint"])
    except (FileNotFoundError, KeyError, ValueError):
        return DEFAULT_ENDPOINT
