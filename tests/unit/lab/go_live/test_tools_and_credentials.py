"""`lab promote`: the tools, and who we are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.deploy import account
from lab.deploy.account import terraform
from lab.go_live import State, Step, credentials, tools
from tests.unit.lab.go_live.somebody import Somebody


def test_terraform_is_there() -> None:
    assert tools.look().state == State.DONE


def test_without_terraform_it_says_where_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)

    step = tools.look()

    assert (step.state, step.command) == (State.TO_DO, tools.INSTALL)


def test_an_old_terraform_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "terraform")
    monkeypatch.setattr(terraform, "version", lambda: tools.Version("1.8.5"))

    assert "1.8.5 is too old" in tools.look().why


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An AWS configuration with a profile that signs in by SSO, and one that does not."""
    file = tmp_path / "aws-config"
    file.write_text("[profile sso]\nsso_session = work\n[profile keys]\nregion = us-east-2\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def stranger(monkeypatch: pytest.MonkeyPatch, cause: Exception, profile: str | None) -> Step:
    def identify(_: str | None) -> None:
        raise LabError("AWS does not know us") from cause

    monkeypatch.setattr(account, "identify", identify)
    identity, step = credentials.look(profile)
    assert identity is None
    return step


EXPIRED = ClientError({"Error": {"Code": "ExpiredToken", "Message": "late"}}, "GetCallerIdentity")
SIGN_IN = "aws sso login --profile sso"


@pytest.mark.parametrize(
    ("cause", "profile", "state", "command"),
    [
        (
            exceptions.NoCredentialsError(),
            None,
            State.TO_DO,
            "aws configure sso --profile my-profile",
        ),
        (exceptions.UnauthorizedSSOTokenError(), "sso", State.TO_DO, SIGN_IN),
        (exceptions.SSOTokenLoadError(error_msg="none"), "sso", State.TO_DO, SIGN_IN),
        (EXPIRED, "sso", State.TO_DO, SIGN_IN),
        (EXPIRED, "keys", State.TO_DO, "get new ones where you got these"),
        (
            exceptions.ProfileNotFound(profile="typo"),
            "typo",
            State.REFUSED,
            "aws configure sso --profile typo",
        ),
    ],
)
@pytest.mark.usefixtures("config")
def test_whom_aws_does_not_know_is_told_how_to_sign_in(
    cause: Exception,
    profile: str | None,
    state: State,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = stranger(monkeypatch, cause, profile)

    assert (step.state, step.command) == (state, command)


@pytest.mark.usefixtures("config")
def test_a_profile_that_is_not_there_is_told_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = stranger(monkeypatch, exceptions.ProfileNotFound(profile="typo"), "typo")

    assert "'typo'; known: sso, keys" in step.why


def test_without_a_network_it_says_so_and_names_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://sts.us-east-2.amazonaws.com/"
    step = stranger(monkeypatch, exceptions.EndpointConnectionError(endpoint_url=url), None)

    assert step.state == State.REFUSED
    assert "is there a network?" in step.why
    assert url in step.why


@pytest.mark.parametrize(("minutes", "state"), [(60, State.DONE), (5, State.TO_DO)])
def test_credentials_that_end_soon_are_renewed_before_an_apply(
    minutes: int, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(account, "identify", lambda _: Somebody(expires=ends, profile=None))

    _, step = credentials.look(None)

    assert step.state == state
    assert any("more minutes" in fact for fact in step.facts)
