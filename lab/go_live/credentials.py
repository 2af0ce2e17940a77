"""Who we are for AWS, for how long, and what to do if AWS does not accept the credentials."""

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
"""An apply takes some minutes, and one that loses its credentials stops half-way."""

NO_NETWORK = (
    exceptions.EndpointConnectionError,
    exceptions.ConnectTimeoutError,
    exceptions.ConnectionClosedError,
    exceptions.ReadTimeoutError,
    exceptions.ProxyConnectionError,
)
SSO_OVER = (
    exceptions.SSOTokenLoadError,
    exceptions.UnauthorizedSSOTokenError,
    exceptions.TokenRetrievalError,
    exceptions.LoginTokenLoadError,
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


def look(profile: str | None) -> tuple[Identity | None, Step]:
    """Who we are, if AWS says so, and the step."""
    try:
        identity = account.identify(profile)
    except LabError as error:
        return None, _stranger(profile, error)
    return identity, _known(identity)


def _known(identity: Identity) -> Step:
    facts = (_how(identity.profile), *_how_long(identity))
    left = seconds_left(identity)
    if left is not None and left < TIME_NEEDED_S:
        why = f"they end in {left / 60:.0f} minutes, and an apply should not lose them"
        return to_do(NAME, why, _renewal(identity.profile), *facts)
    return done(NAME, *facts)


def _how(profile: str | None) -> str:
    said = configuration(profile)
    name = f"profile {profile}" if profile else "from the environment"
    return f"{name}, signed in by SSO" if _by_sso(said) else name


def _how_long(identity: Identity) -> tuple[str, ...]:
    left = seconds_left(identity)
    if left is not None:
        return (f"good for {left / 60:.0f} more minutes",)
    if identity.endpoint:
        return ()
    return ("they do not say when they end; keys that never end are better replaced by SSO",)


def seconds_left(identity: Identity) -> float | None:
    """How long the credentials are good for; None if they do not say."""
    found = identity.session.get_credentials()
    ends: datetime | None = getattr(found, "_expiry_time", None)
    return None if ends is None else (ends - datetime.now(UTC)).total_seconds()


def _stranger(profile: str | None, error: LabError) -> Step:
    cause = error.__cause__
    if isinstance(cause, exceptions.ProfileNotFound):
        known = ", ".join(clients.aws_profiles()) or "there is none yet"
        return refused(NAME, f"there is no profile {profile!r}; known: {known}", _sign_up(profile))
    if isinstance(cause, NO_NETWORK):
        return refused(NAME, f"AWS cannot be reached, is there a network? {cause}")
    if isinstance(cause, SSO_OVER):
        return to_do(NAME, "the SSO session has ended", _renewal(profile))
    if isinstance(cause, ClientError) and cause.response["Error"]["Code"] in EXPIRED:
        return to_do(NAME, "they have ended", _renewal(profile))
    if isinstance(cause, exceptions.NoCredentialsError):
        return to_do(NAME, "there are none", _sign_up(profile))
    return refused(NAME, error.message, _sign_up(profile))


def _renewal(profile: str | None) -> str:
    if _by_sso(configuration(profile)):
        return " ".join(["aws sso login", *named(profile)])
    return "get new ones where you got these"


def _sign_up(profile: str | None) -> str:
    return " ".join(["aws configure sso", *named(profile or "my-profile")])


def named(profile: str | None) -> list[str]:
    """`--profile NAME` for the AWS CLI, if there is one to name."""
    return ["--profile", profile] if profile else []


def configuration(profile: str | None) -> Mapping[str, Any]:
    """What the user's AWS configuration says of a profile; nothing if it does not know it."""
    try:
        return clients.aws_profile(profile)
    except exceptions.ProfileNotFound:
        return {}


def _by_sso(said: Mapping[str, Any]) -> bool:
    return "sso_session" in said or "sso_start_url" in said
