"""Who we are for AWS, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.core import child_processes, clients, endpoints, naming
from lab.core.errors import LabError


@dataclass(frozen=True)
class Identity:
    """An account, by its twelve digits, and as whom we are in it.

    `profile` is the one of the AWS configuration that was asked for; None for what AWS's own rules
    find. `endpoint` is what answers in place of AWS, if anything does.
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
        """A boto3 client for `service`."""
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def variables(self) -> dict[str, str]:
        """The environment that makes another program the same somebody, at the same endpoint."""
        there = {"AWS_ENDPOINT_URL": self.endpoint} if self.endpoint else {}
        return child_processes.in_account(self.profile) | there


def identify(profile: str | None = None) -> Identity:
    """Asks AWS who we are. Raises LabError if the profile or the credentials are no good."""
    named = endpoints.in_place_of_aws()
    endpoint = endpoints.by_number(named) if named else None
    try:
        session = clients.aws_session(profile, naming.shop().region)
        sts = session.client("sts", endpoint_url=endpoint, config=clients.QUICKLY)
        said = sts.get_caller_identity()
    # The last two: a variable that is no number, a bundle of certificates that is not there.
    except (BotoCoreError, ClientError, ValueError, OSError) as error:
        raise LabError(
            f"AWS did not accept the credentials: {error}",
            "Try: aws sts get-caller-identity" + (f" --profile {profile}" if profile else ""),
        ) from error
    return Identity(said["Account"], said["Arn"], naming.shop().region, profile, endpoint)
