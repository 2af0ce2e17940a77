"""Which AWS the lab talks to, as whom, and what the things of an environment are called there."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lab.core import clients, endpoints, naming, run_state

DEFAULT_ENDPOINT = f"http://localhost:{endpoints.DEFAULT_PORT}"


@dataclass(frozen=True)
class Target:
    """An environment of the checkout at an AWS endpoint.

    `endpoint` is the emulator's URL, or None for the real AWS; `profile` is of the user's AWS
    configuration, and only for the real one. With `timeout_s` a call of the emulator is made once,
    and ends after that many seconds without an answer.
    """

    environment: str = "dev"
    endpoint: str | None = DEFAULT_ENDPOINT
    region: str = field(default_factory=lambda: naming.shop().region)
    profile: str | None = None
    timeout_s: float | None = None

    @classmethod
    def current(cls, environment: str = "dev") -> Target:
        """`AWS_ENDPOINT_URL` if set, else the lab's running emulator, else LAB_PORT or port 4566.

        Raises LabError (code 2) if one of these variables makes no sense.
        """
        return cls(environment, given_endpoint() or run_state.endpoint())

    def within(self, timeout_s: float) -> Target:
        """The same for a look that should not take long, such as `lab status`."""
        return replace(self, timeout_s=timeout_s)

    @cached_property
    def session(self) -> clients.Session:
        """A session with the emulator's credentials, or the user's own for the real AWS."""
        if self.endpoint is None:
            return clients.aws_session(self.profile, self.region)
        return clients.emulator_session(clients.Keys(access_key()), self.region)

    @property
    def _config(self) -> clients.Calls:
        return clients.ON_AWS if self.endpoint is None else clients.to_emulator(self.timeout_s)

    def client(self, service: str) -> Any:
        """A boto3 client for `service` at this target."""
        return self._made(self.session.client, service)

    def resource(self, service: str) -> Any:
        """A boto3 resource for `service` at this target."""
        return self._made(self.session.resource, service)

    def _made(self, make: Any, service: str) -> Any:
        return make(service, endpoint_url=self.endpoint, config=self._config)

    @property
    def place(self) -> str:
        """Where it is, for a message. What was made in another region is not there."""
        return f"{self.endpoint or 'AWS'} in {self.region}"

    @property
    def prefix(self) -> str:
        """The name of whatever there is one of: the bus, the API, the state machine."""
        return f"{naming.shop().name}-{self.environment}"

    @property
    def settings_path(self) -> str:
        """What the name of every setting begins with, such as /checkout/dev."""
        return f"/{naming.shop().name}/{self.environment}"

    def table(self, name: str) -> str:
        """The full name of a table: `products` becomes `products-dev`."""
        return f"{naming.shop().table_prefix}{name}-{self.environment}"

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
    return endpoints.given()
