"""The caller's identity in AWS."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.core import child_processes, clients, endpoints, naming
from lab.core.errors import LabError


@dataclass(frozen=True)
class Identity:
    """An account, by its twelve digits, and the caller's ARN in it.

    `profile` is the requested profile of the AWS configuration; None selects AWS's default
    credentials. `endpoint` replaces AWS's own endpoint, if set.
    """

    account: str
    arn: str
    region: str = field(default_factory=lambda: naming.shop().region)
    profile: str | None = None
    endpoint: str | None = None

    @cached_property
    def session(self) -> clients.Session:
        """A session with these credentials."""
        return clients.aws_session(self.profile, self.region)

    def client(self, service: str) -> Any:
        """Returns a boto3 client for `service`."""
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def variables(self) -> dict[str, str]:
        """Returns environment variables for a program with the same identity and endpoint."""
        endpoint_variables = {"AWS_ENDPOINT_URL": self.endpoint} if self.endpoint else {}
        return child_processes.in_account(self.profile) | endpoint_variables


def identify(profile: str | None = None) -> Identity:
    """Returns the caller's identity. Raises LabError for an invalid profile or credentials."""
    override = endpoints.in_place_of_aws()
    endpoint = endpoints.by_number(override) if override else None
    try:
        session = clients.aws_session(profile, naming.shop().region)
        sts = session.client("sts", endpoint_url=endpoint, config=clients.QUICKLY)
        caller = sts.get_caller_identity()
    # The last two: a variable that is not a number, a certificate bundle that does not exist.
    except (BotoCoreError, ClientError, ValueError, OSError) as error:
        raise LabError(
            f"AWS did not accept the credentials: {error}",
            "Try: aws sts get-caller-identity" + (f" --profile {profile}" if profile else ""),
        ) from error
    return Identity(caller["Account"], caller["Arn"], naming.shop().region, profile, endpoint)
