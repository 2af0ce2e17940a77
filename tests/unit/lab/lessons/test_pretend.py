"""The emulator in the part of a real account."""

from __future__ import annotations

import os

import pytest

from lab.core.target import Target
from lab.lessons import fake_account


def test_nothing_of_the_users_own_account_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "my-company")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMINE")

    with fake_account.account(Target("dev", "http://localhost:1")) as number:
        assert os.environ["AWS_ACCESS_KEY_ID"] == number
        assert os.environ["AWS_ENDPOINT_URL"] == "http://localhost:1"
        assert "AWS_PROFILE" not in os.environ

    assert os.environ["AWS_PROFILE"] == "my-company"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAMINE"


def test_it_is_put_back_after_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    with pytest.raises(KeyError), fake_account.account(Target("dev", "http://localhost:1")):
        raise KeyError

    assert "AWS_ENDPOINT_URL" not in os.environ
