"""The services that the emulator offers are those that the lab uses, and those asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException

from lab.core import paths
from lab.core.errors import LabError
from lab.emulator import disabled_services, environment, services
from lab.emulator.dynamodb import engine
from lab.emulator.services import USED, VARIABLE

CLIENT = re.compile(
    r"""(?:client\(|resource\(|Listing\(|rows\(\s*target,)\s*["']([a-z0-9-]+)["']"""
)
RESOURCE = re.compile(r'^\s*(?:resource|data) "(aws_[a-z0-9_]+)"', re.MULTILINE)
# How Terraform's provider calls what a service makes; those that are AWS's alone are left out, as
# LocalStack does not have them: docs/parity.md, "What is not there".
MADE_BY = {
    "aws_api_gateway_": "apigateway",
    "aws_cloudwatch_composite_alarm": "cloudwatch",
    "aws_cloudwatch_dashboard": "cloudwatch",
    "aws_cloudwatch_event_": "events",
    "aws_cloudwatch_log_": "logs",
    "aws_cloudwatch_metric_alarm": "cloudwatch",
    "aws_cloudwatch_query_": "logs",
    "aws_dynamodb_": "dynamodb",
    "aws_iam_": "iam",
    "aws_kms_": "kms",
    "aws_lambda_": "lambda",
    "aws_s3_": "s3",
    "aws_ses_": "ses",
    "aws_sfn_": "stepfunctions",
    "aws_sns_": "sns",
    "aws_sqs_": "sqs",
    "aws_ssm_": "ssm",
    "aws_caller_identity": "sts",
}
# These ask for what is off, to see that it is.
OF_THE_SWITCH = ("test_emulator_services.py", "test_services.py")
NO_SERVICE_HERE = (
    "aws_backup_",
    "aws_budgets_",
    "aws_cloudtrail",
    "aws_default_tags",
    "aws_partition",
    "aws_region",
    "aws_wafv2_",
)


def called() -> Iterator[tuple[Path, str]]:
    """Every client that is made anywhere, but for what the tests of this switch ask for."""
    for folder in ("lab", "functions", "tests", "notebooks", "scripts"):
        for path in sorted((paths.ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".ipynb", ".sh") and path.name not in OF_THE_SWITCH:
                text = path.read_text(encoding="utf-8").replace('\\"', '"')
                yield from ((path, name) for name in CLIENT.findall(text))


def made_by_terraform() -> set[str]:
    sources = (paths.ROOT / "terraform").rglob("*.tf")
    return {kind for source in sources for kind in RESOURCE.findall(source.read_text())}


def service_of(kind: str) -> str:
    found = [name for start, name in MADE_BY.items() if kind.startswith(start)]
    assert found, f"{kind} is not in this test: which service makes it?"
    return found[0]


def test_what_the_lab_calls_is_offered_and_what_it_does_not_is_not() -> None:
    terraform = {k for k in made_by_terraform() if not k.startswith(NO_SERVICE_HERE)}
    made = {service_of(kind) for kind in terraform}
    clients = {name for _, name in called() if name in services.known()}
    assert made | clients == USED


def test_cloudformation_is_off_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    usual = environment.variables(4566, engine.Engine(engine.MOTO))
    assert "cloudformation" not in usual["SERVICES"].split(",")
    assert usual["STRICT_SERVICE_LOADING"] == "1"
    monkeypatch.setenv(VARIABLE, "cloudformation, Kinesis")
    more = environment.variables(4566, engine.Engine(engine.MOTO))
    assert more[VARIABLE] == "cloudformation,kinesis"
    assert set(more["SERVICES"].split(",")) == USED | {"cloudformation", "kinesis"}


def test_a_service_that_there_is_not_is_refused_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudfront,kinesis")
    with pytest.raises(LabError, match="asks for cloudfront, which") as refused:
        services.wanted()
    assert refused.value.code == 2
    assert "cloudformation, " in refused.value.hint
    assert "dynamodb," not in refused.value.hint


@pytest.mark.parametrize(
    ("name", "internal", "refused"),
    [("kinesis", False, True), ("kinesis", True, False), ("sqs", False, False)],
)
def test_a_service_that_is_off_says_how_to_switch_it_on(
    name: str, internal: bool, refused: bool
) -> None:
    loaded: list[Any] = []
    manager = SimpleNamespace(exists=lambda _name: True)
    loader = SimpleNamespace(service_manager=manager)
    service = SimpleNamespace(service_name=name)
    context = SimpleNamespace(service=service, is_internal_call=internal)
    asked = frozenset({"swf"})
    require = disabled_services.only_offered(
        lambda *given: loaded.append(given), USED | asked, asked
    )
    if refused:
        with pytest.raises(CommonServiceException, match="LAB_SERVICES=kinesis,swf lab up"):
            require(loader, None, context, None)
    else:
        require(loader, None, context, None)
    assert bool(loaded) is not refused
