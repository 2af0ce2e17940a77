"""Who we are for AWS, and where."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lab.errors import LabError
from lab.target import REGION


@dataclass(frozen=True)
class Identity:
    """An account, by its twelve digits, and as whom we are in it.

    `profile` is the one of the AWS configuration that was asked for; None for what AWS's own rules
    find. `endpoint` is what answers in place of AWS, if anything does.
    """

    account: str
    arn: str
    region: str = REGION
    profile: str | None = None
    endpoint: str | None = None

    @cached_property
    def session(self) -> boto3.Session:
        """A session with these credentials."""
        return boto3.Session(profile_name=self.profile, region_name=self.region)

    def client(self, service: str) -> Any:
        """A boto3 client for `service`."""
        return self.session.client(service)  # type: ignore[call-overload]

    def variables(self) -> dict[str, str]:
        """The environment that makes another program the same somebody."""
        if self.profile is None:
            return dict(os.environ)
        # Keys in the environment would come before the profile, and be somebody else.
        kept = {name: value for name, value in os.environ.items() if name not in KEYS}
        return kept | {"AWS_PROFILE": self.profile}


QUICKLY = Config(connect_timeout=5, retries={"total_max_attempts": 2})
"""For the first call: without a network it should not take minutes to find that out."""

KEYS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})


def identify(profile: str | None = None) -> Identity:
    """Asks AWS who we are. Raises LabError if the profile or the credentials are no good."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or None
    try:
        session = boto3.Session(profile_name=profile, region_name=REGION)
        said = session.client("sts", config=QUICKLY).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise LabError(
            f"AWS does not know us: {error}",
            "Try: aws sts get-caller-identity" + (f" --profile {profile}" if profile else ""),
        ) from error
    return Identity(said["Account"], said["Arn"], REGION, profile, endpoint)
