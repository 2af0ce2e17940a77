"""Which account of the emulator the lab is in: the environment may name another one."""

from __future__ import annotations

import pytest

from lab.core.target import Target


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("111122223333", "111122223333"),
        ("AKIAIOSFODNN7EXAMPLE", "test"),
        ("1111222233334", "test"),
        ("", "test"),
    ],
)
def test_twelve_digits_name_an_account_and_real_keys_stay_out_of_the_emulator(
    given: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", given)

    credentials = Target("dev", "http://localhost:9").session.get_credentials()

    assert credentials
    assert credentials.access_key == used
