"""Temporary credentials expire, and do not stay in memory for ever."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from localstack.services.sts.models import sts_stores
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam import (
    expiry,
    genuine,
    session_durations,
    setup_checks,
    temporary_keys,
)
from localstack_host.services.iam.sessions import PARTITION, SESSIONS, issued_with
from localstack_host.services.iam.temporary_keys import TemporaryKey
from localstack_host.services.lambda_.executor import ProcessExecutor
from tests.unit.iam.test_signatures import HOST, environment

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/waiter"
HOUR, DAY = 3600, 24 * 3600


@pytest.fixture(autouse=True)
def _nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(expiry, "_looked_at", {})
    yield
    expiry._remove(ACCOUNT, {each.access_key_id for each in list(roles())})
    iam_backends[ACCOUNT][PARTITION].reset()


def roles() -> list[Any]:
    found: list[Any] = sts_backends[ACCOUNT][PARTITION].assumed_roles
    return found


def assumed(duration: int = HOUR) -> Any:
    backend: Any = sts_backends[ACCOUNT][PARTITION]
    return backend.assume_role(
        region_name="us-east-2", role_session_name="test", role_arn=ROLE, policy=None,
        duration=duration, external_id=None,
    )  # fmt: skip


def temporary(expires_at: float) -> tuple[str, TemporaryKey]:
    """The key of an owner's session, and what was issued with it."""
    key: Any = iam_backends[ACCOUNT][PARTITION].create_temp_access_key()
    issued = TemporaryKey(key.secret_access_key, "token", "", expires_at=expires_at)
    temporary_keys.note(key, issued)
    return key.access_key_id, issued


def context(service: str, key: str, issued: Any) -> Any:
    """A signed request of an operation that lists something."""
    auth = S3SigV4Auth if service == "s3" else SigV4Auth
    keys = Credentials(key, issued.secret_access_key, issued.session_token)
    request: Any = AWSRequest("POST", f"{HOST}/", {}, b"{}")
    auth(keys, service, "us-east-2").add_auth(request)
    environ = environment(request.prepare(), b"{}") | {"wsgi.input": io.BytesIO(b"{}")}
    return SimpleNamespace(
        request=SimpleNamespace(environ=environ),
        service=SimpleNamespace(service_name=service),
        operation=SimpleNamespace(name="ListThings"),
        account_id=ACCOUNT,
    )


def at(monkeypatch: pytest.MonkeyPatch, later: float) -> None:
    """Sets the clock of the check, in seconds from now."""
    now = time.time() + later
    monkeypatch.setattr(genuine, "time", SimpleNamespace(time=lambda: now))


INCLUDED = "The security token included in the request is expired"


@pytest.mark.parametrize(
    ("service", "code", "status", "text"),
    [
        ("dynamodb", "ExpiredTokenException", 400, INCLUDED),
        ("stepfunctions", "ExpiredTokenException", 400, INCLUDED),
        ("lambda", "ExpiredTokenException", 403, INCLUDED),
        ("sns", "ExpiredToken", 403, INCLUDED),
        ("iam", "ExpiredToken", 403, INCLUDED),
        ("s3", "ExpiredToken", 400, "The provided token has expired."),
    ],
)
def test_an_expired_session_is_refused_with_the_services_code(
    monkeypatch: pytest.MonkeyPatch, service: str, code: str, status: int, text: str
) -> None:
    session = assumed()
    request = context(service, session.access_key_id, session)
    for later in (0, HOUR - 2):
        at(monkeypatch, later)
        genuine.require(request, session.access_key_id, session)
    at(monkeypatch, HOUR + 1)
    with pytest.raises(CommonServiceException) as refused:
        genuine.require(request, session.access_key_id, session)
    assert (refused.value.code, refused.value.status_code) == (code, status)
    assert refused.value.message == text
    assert not genuine.is_genuine(request.request, ACCOUNT, session.access_key_id, session)


def test_a_users_temporary_key_expires_and_one_of_long_standing_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, issued = temporary(time.time() + HOUR)
    request = context("dynamodb", key, issued)
    genuine.require(request, key, None)
    at(monkeypatch, HOUR + 1)
    with pytest.raises(CommonServiceException, match=INCLUDED):
        genuine.require(request, key, None)

    iam: Any = iam_backends[ACCOUNT][PARTITION]
    iam.create_user("us-east-2", "grace")
    lasting = iam.create_access_key("grace")
    assert not expiry.is_expired(issued_with(ACCOUNT, lasting.access_key_id, None), 1e12)


def test_what_a_service_began_is_good_for_as_long_as_the_emulator_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = assumed()
    expiry.belongs_to_service(session)
    assert not expiry.is_expired(session, time.time() + 365 * DAY)
    expiry.remove_expired(ACCOUNT, time.time() + 365 * DAY)
    assert SESSIONS.find(ACCOUNT, session.access_key_id) is session

    monkeypatch.setattr(expiry, "PROCESS", "the next one")
    assert expiry.is_expired(session, time.time())
    expiry.remove_expired(ACCOUNT, time.time() + 366 * DAY)
    assert roles() == []


def test_what_expired_a_day_ago_is_removed_with_all_that_is_known_of_it() -> None:
    short, long = assumed(900), assumed(2 * HOUR)
    key, _ = temporary(time.time() + 900)
    later, _ = temporary(time.time() + 2 * HOUR)
    tags: Any = sts_stores[ACCOUNT]["us-east-1"].sessions
    tags[short.access_key_id] = {"tags": {}, "transitive_tags": [], "iam_context": {}}
    short_key, long_key = short.access_key_id, long.access_key_id
    assert SESSIONS.find(ACCOUNT, short_key) is short

    expiry.remove_expired(ACCOUNT, time.time() + DAY)  # it is not that long ago
    assert len(roles()) == 2
    expiry.remove_expired(ACCOUNT, time.time() + DAY + 950)

    issued: Any = iam_backends[ACCOUNT][PARTITION].access_keys
    assert roles() == [long]
    assert {*issued} == {long_key, later}
    assert (short_key in tags, key in issued) == (False, False)
    assert SESSIONS.find(ACCOUNT, short_key) is None
    assert SESSIONS.find(ACCOUNT, long_key) is long


def test_sessions_that_begin_after_a_removal_are_found() -> None:
    every = [assumed() for _ in range(5)]
    for session in every:
        assert SESSIONS.find(ACCOUNT, session.access_key_id) is session
    expiry.end(ACCOUNT, every[1].access_key_id)
    later = assumed()
    assert SESSIONS.find(ACCOUNT, later.access_key_id) is later
    assert SESSIONS.find(ACCOUNT, every[4].access_key_id) is every[4]
    assert len(roles()) == 5


def test_the_session_of_a_function_goes_with_its_environment(tmp_path: Path) -> None:
    session, other = assumed(), assumed()
    environment: Any = SimpleNamespace(
        _process=None,
        _output=SimpleNamespace(remove=lambda: None),
        _tmp=tmp_path / "none",
        _config=SimpleNamespace(role=ROLE),
        _access_key=session.access_key_id,
    )
    ProcessExecutor.stop(environment)
    assert roles() == [other]


def test_sessions_of_a_state_that_was_loaded_are_found() -> None:
    session = assumed()
    assert SESSIONS.find(ACCOUNT, session.access_key_id) is session
    loaded = assumed()
    backend: Any = sts_backends[ACCOUNT][PARTITION]
    backend.assumed_roles = [loaded]
    assert SESSIONS.find(ACCOUNT, loaded.access_key_id) is loaded
    assert SESSIONS.find(ACCOUNT, session.access_key_id) is None


def test_sessions_after_a_reset_are_found() -> None:
    for _ in range(50):  # a new list is often where the one before was
        session = assumed()
        assert SESSIONS.find(ACCOUNT, session.access_key_id) is session
        assumed()
        assert SESSIONS.find(ACCOUNT, "none") is None
        sts_backends[ACCOUNT][PARTITION].reset()


def test_keys_are_looked_at_once_in_a_minute() -> None:
    now = time.time() + 2 * DAY
    expiry.remove_expired(ACCOUNT, now)
    assumed(900)
    expiry.remove_expired(ACCOUNT, now + expiry.LOOKED_AT_EVERY_S - 1)
    assert len(roles()) == 1
    expiry.remove_expired(ACCOUNT, now + expiry.LOOKED_AT_EVERY_S)
    assert roles() == []


class TestDurations:
    @pytest.mark.parametrize(
        ("operation", "seconds"),
        [("AssumeRole", 899), ("AssumeRole", 43_201), ("GetSessionToken", 129_601)],
    )
    def test_no_credentials_are_shorter_or_longer(self, operation: str, seconds: int) -> None:
        with pytest.raises(CommonServiceException) as refused:
            session_durations.check(operation, seconds)
        assert refused.value.message.startswith(
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy"
        )

    def test_an_owners_are_good_for_an_hour_at_most(self) -> None:
        assert session_durations.of_user(None, is_owner=False) == 12 * HOUR
        assert session_durations.of_user(129_600, is_owner=False) == 36 * HOUR
        assert session_durations.of_user(None, is_owner=True) == HOUR
        assert session_durations.of_user(900, is_owner=True) == 900

    @pytest.mark.parametrize("role", ["", "role", "arn:aws:iam:", "arn:aws:iam::1:user/a"])
    def test_what_is_no_role_has_no_longest_duration(self, role: str) -> None:
        session_durations.check_of_role(role, 900, is_chained=False)
        assert not setup_checks._exists(role)
