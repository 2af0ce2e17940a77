"""Who we are is what AWS says, for the profile that was asked for."""

from __future__ import annotations

import pytest

from lab.core.errors import LabError
from lab.deploy import account
from lab.deploy.account import Identity
from tests.unit.lab.account.somebody import OURS


def test_who_we_are_is_what_aws_says(somebody: Identity) -> None:
    assert (somebody.account, somebody.region, somebody.endpoint) == (OURS, "us-east-2", None)


def test_a_profile_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LabError, match="nobody") as caught:
        account.identify("nobody")

    assert "--profile nobody" in caught.value.hint


def test_keys_in_the_environment_do_not_come_before_the_profile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The patch ends with the test, before moto puts its own keys away."""
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "of-somebody-else")

        variables = Identity(OURS, "arn", profile="mine").variables()

        assert variables["AWS_PROFILE"] == "mine"
        assert "AWS_ACCESS_KEY_ID" not in variables
        assert Identity(OURS, "arn").variables()["AWS_ACCESS_KEY_ID"] == "of-somebody-else"
