"""The AWS endpoint and credentials of the lab, and the names of an environment's resources."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lab.core import clients, endpoints, naming, run_state

ISSUED_BY_EMULATOR = re.compile(r"L[KS]IA[A-Z0-9]{12,}")
"""Access keys of LocalStack, for users and for roles; those of AWS begin with A."""

DEFAULT_ENDPOINT = f"http://localhost:{endpoints.DEFAULT_PORT}"


@dataclass(frozen=True)
class Target:
    """An environment of the checkout at an AWS endpoint.

    `endpoint` is the emulator's URL, or None for the real AWS. `profile` is a profile of the user's
    AWS configuration, for the real AWS only. With `timeout_s` a request to the emulator is not
    retried, and times out after that many seconds.
    """

    environment: str = "dev"
    endpoint: str | None = DEFAULT_ENDPOINT
    region: str = field(default_factory=lambda: naming.shop().region)
    profile: str | None = None
    timeout_s: float | None = None

    @classmethod
    def current(cls, environment: str = "dev") -> Target:
        """Returns a target at AWS_ENDPOINT_URL, the running emulator, or LAB_PORT (default: 4566).

        Raises LabError (code 2) if one of these variables is invalid.
        """
        return cls(environment, configured_endpoint() or run_state.endpoint())

    def within(self, timeout_s: float) -> Target:
        """Returns a copy with a timeout, for short checks such as `lab status`."""
        return replace(self, timeout_s=timeout_s)

    @cached_property
    def session(self) -> clients.Session:
        """A session with the emulator's credentials, or with the user's own for the real AWS."""
        if self.endpoint is None:
            return clients.aws_session(self.profile, self.region)
        return clients.emulator_session(keys(), self.region)

    @property
    def _config(self) -> clients.Calls:
        return clients.ON_AWS if self.endpoint is None else clients.to_emulator(self.timeout_s)

    def client(self, service: str) -> Any:
        """Returns a boto3 client for `service` at this target."""
        return self._create(self.session.client, service)

    def resource(self, service: str) -> Any:
        """Returns a boto3 resource for `service` at this target."""
        return self._create(self.session.resource, service)

    def _create(self, factory: Any, service: str) -> Any:
        return factory(service, endpoint_url=self.endpoint, config=self._config)

    @property
    def place(self) -> str:
        """The endpoint and region, for messages."""
        return f"{self.endpoint or 'AWS'} in {self.region}"

    @property
    def prefix(self) -> str:
        """The name of every resource that exists once: the bus, the API, the state machine."""
        return f"{naming.shop().name}-{self.environment}"

    @property
    def settings_path(self) -> str:
        """The parameter path of the environment's settings, such as /checkout/dev."""
        return f"/{naming.shop().name}/{self.environment}"

    def table(self, name: str) -> str:
        """Returns the full name of a table: `products` becomes `products-dev`."""
        return f"{naming.shop().table_prefix}{name}-{self.environment}"

    def named(self, name: str) -> str:
        """Returns the full name of another resource: `notifier` becomes `checkout-dev-notifier`."""
        return f"{self.prefix}-{name}"


def keys() -> clients.Keys:
    """Returns the credentials for the emulator: those that it issued, if the environment has them.

    Any other key in the environment belongs to the real AWS and is ignored.
    """
    if ISSUED_BY_EMULATOR.fullmatch(os.environ.get("AWS_ACCESS_KEY_ID", "")):
        values = (os.environ.get(name, "") for name in clients.KEY_VARIABLES)
        return clients.Keys(*values)
    return clients.Keys(access_key())


def access_key() -> str:
    """Returns the owner's access key for the emulator: twelve digits select an account there."""
    key = os.environ.get("AWS_ACCESS_KEY_ID", "")
    return key if re.fullmatch(r"\d{12}", key) else "test"


def configured_endpoint() -> str | None:
    """Returns the endpoint that the user configured, which overrides the lab's own emulator."""
    return endpoints.given()
