"""Checks the credentials: the identity, when they expire, and how to renew them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore import exceptions
from botocore.exceptions import ClientError

from lab.core import clients
from lab.core.errors import LabError
from lab.deploy import account
from lab.deploy.account import Identity
from lab.go_live.steps import Step, done, refused, to_do

NAME = "credentials"
TIME_NEEDED_S = 20 * 60
"""An apply takes some minutes, and stops halfway if its credentials expire."""

NO_NETWORK = (
    exceptions.EndpointConnectionError,
    exceptions.ConnectTimeoutError,
    exceptions.ConnectionClosedError,
    exceptions.ReadTimeoutError,
    exceptions.ProxyConnectionError,
)
SSO_EXPIRED = (
    exceptions.SSOTokenLoadError,
    exceptions.UnauthorizedSSOTokenError,
    exceptions.TokenRetrievalError,
    exceptions.LoginTokenLoadError,
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


def look(profile: str | None) -> tuple[Identity | None, Step]:
    """The identity (None if AWS does not accept the credentials), and the step."""
    try:
        identity = account.identify(profile)
    except LabError as error:
        return None, _not_identified(profile, error)
    return identity, _identified(identity)


def _identified(identity: Identity) -> Step:
    facts = (_source(identity.profile), *_validity(identity))
    left = seconds_left(identity)
    if left is not None and left < TIME_NEEDED_S:
        why = f"they expire in {left / 60:.0f} minutes, perhaps before an apply has ended"
        return to_do(NAME, why, _renewal(identity.profile), *facts)
    return done(NAME, *facts)


def _source(profile: str | None) -> str:
    settings = configuration(profile)
    name = f"profile {profile}" if profile else "from the environment"
    return f"{name}, signed in by SSO" if _by_sso(settings) else name


def _validity(identity: Identity) -> tuple[str, ...]:
    left = seconds_left(identity)
    if left is not None:
        return (f"valid for {left / 60:.0f} more minutes",)
    if identity.endpoint:
        return ()
    return ("they have no expiry time; prefer SSO to keys that never expire",)


def seconds_left(identity: Identity) -> float | None:
    """The seconds until the credentials expire; None if they have no expiry time."""
    resolved = identity.session.get_credentials()
    expires_at: datetime | None = getattr(resolved, "_expiry_time", None)
    return None if expires_at is None else (expires_at - datetime.now(UTC)).total_seconds()


def _not_identified(profile: str | None, error: LabError) -> Step:
    cause = error.__cause__
    if isinstance(cause, exceptions.ProfileNotFound):
        known = ", ".join(clients.aws_profiles()) or "there is none yet"
        return refused(NAME, f"there is no profile {profile!r}; known: {known}", _sign_up(profile))
    if isinstance(cause, NO_NETWORK):
        return refused(NAME, f"AWS cannot be reached, is there a network? {cause}")
    if isinstance(cause, SSO_EXPIRED):
        return to_do(NAME, "the SSO session has expired", _renewal(profile))
    if isinstance(cause, ClientError) and cause.response["Error"]["Code"] in EXPIRED:
        return to_do(NAME, "they have expired", _renewal(profile))
    if isinstance(cause, exceptions.NoCredentialsError):
        return to_do(NAME, "there are none", _sign_up(profile))
    return refused(NAME, error.message, _sign_up(profile))


def _renewal(profile: str | None) -> str:
    if _by_sso(configuration(profile)):
        return " ".join(["aws sso login", *profile_option(profile)])
    return "get new ones where you got these"


def _sign_up(profile: str | None) -> str:
    return " ".join(["aws configure sso", *profile_option(profile or "my-profile")])


def profile_option(profile: str | None) -> list[str]:
    """The option `--profile NAME` for the AWS CLI; empty without a profile."""
    return ["--profile", profile] if profile else []


def configuration(profile: str | None) -> Mapping[str, Any]:
    """The settings of a profile in the user's AWS configuration; empty for an unknown profile."""
    try:
        return clients.aws_profile(profile)
    except exceptions.ProfileNotFound:
        return {}


def _by_sso(settings: Mapping[str, Any]) -> bool:
    return "sso_session" in settings or "sso_start_url" in settings
