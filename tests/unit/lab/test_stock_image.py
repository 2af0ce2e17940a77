"""Which tags of LocalStack's own image are refused without a token."""

from __future__ import annotations

import pytest

from lab.emulator.stock_image import refusal


@pytest.mark.parametrize("tag", ["4.14.0", "4.14.0-arm64", "4.9.2", "3.0.0"])
def test_releases_up_to_4_14_need_no_token(tag: str) -> None:
    assert refusal(tag, token="") is None


@pytest.mark.parametrize("tag", ["4.14.1", "4.15.0", "2026.3.0", "latest", "stable", "4", ""])
def test_newer_ones_and_those_that_may_become_newer_do(tag: str) -> None:
    refused = refusal(tag, token="")
    assert refused is not None
    assert f"localstack/localstack:{tag} does not start without an auth token" in refused
    assert "LOCALSTACK_AUTH_TOKEN" in refused
    assert refusal(tag, token="ls-0000") is None
