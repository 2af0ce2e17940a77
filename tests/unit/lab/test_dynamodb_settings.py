"""`lab dynamodb`: what the user writes becomes settings, and a mistake is told."""

from __future__ import annotations

import re

import pytest

from lab.core.errors import LabError
from lab.emulator import dynamodb_settings, ses_settings


def test_values_are_numbers_and_switches() -> None:
    assert dynamodb_settings.parsed(["stale_read_seconds=0.5", "throttling=true"]) == {
        "stale_read_seconds": 0.5,
        "throttling": True,
    }
    assert dynamodb_settings.parsed(["partition-write-units=5"]) == {"partition_write_units": 5}


def test_the_hint_is_an_example_of_the_same_service() -> None:
    with pytest.raises(LabError, match="no setting") as refused:
        ses_settings.SETTINGS.parsed(["foo"])
    assert refused.value.hint.endswith("sandbox=true")


@pytest.mark.parametrize(
    "text", ["throttling", "throttling=", "=", "throttling=on", "a=" + "[" * 9999]
)
def test_a_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(LabError, match=re.escape("is no setting.")) as refused:
        dynamodb_settings.parsed([text])
    assert refused.value.code == 2
    assert "stale_read_seconds=0.5" in refused.value.hint
