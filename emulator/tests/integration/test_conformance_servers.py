"""The emulators that suites of others run against."""

from pathlib import Path

import pytest

from conformance.servers import Plan, running
from conformance.suites import EMULATOR
from localstack_host.host.process import is_healthy
from tests.integration.conftest import Cloud


@pytest.mark.parametrize("iam", [True, False])
@pytest.mark.exhaustive
def test_an_emulator_runs_as_long_as_the_suite_with_what_it_asks_for(
    tmp_path: Path, iam: bool
) -> None:
    plan = Plan(tmp_path, tmp_path, services=("scheduler",), iam=iam)
    with running(EMULATOR, plan) as endpoint:
        assert Cloud(endpoint).client("scheduler").list_schedules()["Schedules"] == []
        assert (plan.home / "emulator.json").read_text().count(f'"iam": {str(iam).lower()}') == 1
    assert not is_healthy(endpoint)
