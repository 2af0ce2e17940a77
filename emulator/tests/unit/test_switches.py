"""Switches of the emulator: a value that means nothing is refused before it starts."""

from __future__ import annotations

import pytest

from localstack_host.host import settings
from localstack_host.host.errors import HostError
from localstack_host.host.settings import Switch


@pytest.mark.parametrize("switch", settings.SWITCHES, ids=lambda switch: switch.variable)
def test_another_value_is_refused_with_the_ones_there_are(switch: Switch) -> None:
    with pytest.raises(HostError, match=switch.variable) as refused:
        settings.variables({switch.variable: "sometimes"})
    assert all(value in refused.value.message for value in switch.values)
    assert "'sometimes'" in refused.value.message


@pytest.mark.parametrize("switch", settings.SWITCHES, ids=lambda switch: switch.variable)
def test_a_value_reaches_the_emulator_and_none_does_not(switch: Switch) -> None:
    for value in switch.values:
        assert settings.variables({switch.variable: value}) == {switch.variable: value}
    assert settings.variables({}) == {}
