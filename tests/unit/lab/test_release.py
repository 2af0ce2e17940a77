"""A release that is watched and taken back, in an account that moto plays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from lab.cli import app
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import release

NAMES = ("checkout-api", "sweeper")


@pytest.fixture
def prod(monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        target = Target("prod", None)
        for name in NAMES:
            deploy(target, name)
        yield target


def deploy(target: Target, name: str) -> None:
    """Makes a function with one version, which is live."""
    role = role_of(target)
    functions = target.client("lambda")
    function = target.named(name)
    functions.create_function(
        FunctionName=function,
        Runtime="python3.13",
        Role=role,
        Handler="handler.handle",
        Code={"ZipFile": code("first")},
        Publish=True,
    )
    functions.create_alias(FunctionName=function, Name="live", FunctionVersion="1")


def role_of(target: Target) -> str:
    iam = target.client("iam")
    if "role" not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    return str(iam.get_role(RoleName="role")["Role"]["Arn"])


def code(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("handler.py", text)
    return content.getvalue()


def release_new_code(target: Target, name: str, canary: bool = False) -> None:
    """What `terraform apply` does with new code."""
    functions = target.client("lambda")
    function = target.named(name)
    new = functions.update_function_code(
        FunctionName=function, ZipFile=code("second"), Publish=True
    )["Version"]
    weights = {"AdditionalVersionWeights": {new: 0.1}}
    moved = {"RoutingConfig": weights} if canary else {"FunctionVersion": new}
    functions.update_alias(FunctionName=function, Name="live", **moved)


def alias(target: Target, name: str) -> Any:
    return target.client("lambda").get_alias(FunctionName=target.named(name), Name="live")


def test_what_is_live_is_told_for_every_function_that_is_there(prod: Target) -> None:
    release_new_code(prod, "sweeper")

    assert release.live(prod) == {"checkout-api": "1", "sweeper": "2"}


def test_a_roll_back_gives_callers_the_versions_of_before(prod: Target) -> None:
    before = release.live(prod)
    release_new_code(prod, "sweeper")

    assert release.roll_back(prod, before) == ["sweeper"]

    assert release.live(prod) == before
    assert release.roll_back(prod, before) == []


def test_a_roll_back_ends_a_canary(prod: Target) -> None:
    before = release.live(prod)
    release_new_code(prod, "sweeper", canary=True)

    assert release.roll_back(prod, before) == ["sweeper"]

    assert not alias(prod, "sweeper")["RoutingConfig"].get("AdditionalVersionWeights")


def test_a_canary_that_is_good_is_given_to_everybody(prod: Target) -> None:
    release_new_code(prod, "sweeper", canary=True)

    assert release.complete(prod) == {"sweeper": "2"}

    assert release.live(prod) == {"checkout-api": "1", "sweeper": "2"}
    assert release.complete(prod) == {}


def test_nothing_is_changed_when_a_version_is_gone(prod: Target) -> None:
    release_new_code(prod, "checkout-api")

    with pytest.raises(LabError, match="no version 9 of checkout-prod-sweeper"):
        release.roll_back(prod, {"checkout-api": "1", "sweeper": "9"})

    assert release.live(prod)["checkout-api"] == "2"


def test_a_function_that_is_not_there_is_passed_over(prod: Target) -> None:
    assert release.roll_back(prod, {"notifier": "3"}) == []


# --- the alarms


def an_alarm(target: Target, name: str, state: str) -> None:
    alarms = target.client("cloudwatch")
    alarms.put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="Errors",
        Namespace="AWS/Lambda",
        Period=60,
        Statistic="Sum",
        Threshold=0,
    )
    alarms.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


def watched(target: Target, meanwhile: Callable[[], None]) -> list[str]:
    """What a watch of a minute finds when something happens while it waits for the first time."""
    paused: list[float] = []

    def pause(seconds: float) -> None:
        if not paused:
            meanwhile()
        paused.append(seconds)

    module = import_module("lab.deploy.release.watch")  # `release.watch` is its function
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "time", SimpleNamespace(monotonic=lambda: sum(paused)))
        return release.watch(target, 60, pause)


def test_an_alarm_that_is_raised_meanwhile_is_found(prod: Target) -> None:
    an_alarm(prod, "checkout-prod-api-errors", "OK")

    found = watched(prod, lambda: an_alarm(prod, "checkout-prod-api-errors", "ALARM"))

    assert found == ["api-errors"]


def test_alarms_of_before_and_of_others_do_not_count(prod: Target) -> None:
    an_alarm(prod, "checkout-prod-api-errors", "ALARM")

    found = watched(prod, lambda: an_alarm(prod, "checkout-staging-api-errors", "ALARM"))

    assert found == []


# --- the command


def test_versions_and_rollback_hand_over_a_file(
    prod: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["--aws", "release", "versions", "prod", "--json"]) == 0
    file = tmp_path / "before.json"
    file.write_text(capsys.readouterr().out)
    release_new_code(prod, "sweeper")

    assert app.run(["--aws", "release", "rollback", "prod", str(file)]) == 0

    assert "sweeper is at version 1 again" in capsys.readouterr().out
    assert release.live(prod) == json.loads(file.read_text())


@pytest.mark.parametrize("content", ["", "[]", '{"sweeper": 1}'])
def test_a_file_without_versions_is_refused(
    prod: Target, tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "before.json"
    file.write_text(content)

    assert app.run(["--aws", "release", "rollback", "prod", str(file)]) == 2

    assert "lab release versions" in capsys.readouterr().err


def test_an_environment_that_is_not_deployed_fails_the_smoke_test(
    prod: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["--aws", "release", "smoke", "prod"]) == 1

    assert "not deployed here" in capsys.readouterr().err
