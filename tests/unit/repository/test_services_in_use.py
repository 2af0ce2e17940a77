"""The services that the emulator offers by default are those that are used here, or by samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lab.core import emulator_program, paths

CLIENT = re.compile(
    r"""(?:client\(|resource\(|Listing\(|rows\(\s*target,)\s*["']([a-z0-9-]+)["']"""
)
RESOURCE = re.compile(r'^\s*(?:resource|data) "(aws_[a-z0-9_]+)"', re.MULTILINE)
# How Terraform's provider calls what a service makes; those that are AWS's alone are left out, as
# LocalStack does not have them: docs/parity.md, "What is not there".
MADE_BY = {
    "aws_api_gateway_": "apigateway",
    "aws_backup_": "backup",
    "aws_budgets_": "budgets",
    "aws_cloudtrail": "cloudtrail",
    "aws_cloudwatch_composite_alarm": "cloudwatch",
    "aws_cloudwatch_dashboard": "cloudwatch",
    "aws_cloudwatch_event_": "events",
    "aws_cloudwatch_log_": "logs",
    "aws_cloudwatch_metric_alarm": "cloudwatch",
    "aws_cloudwatch_query_": "logs",
    "aws_cognito_": "cognito-idp",
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
    "aws_wafv2_": "wafv2",
    "aws_caller_identity": "sts",
}
# Many public Terraform samples have HTTP APIs, or tables whose capacity is scaled. The services are
# loaded when they are first called.
FOR_SAMPLES = {"apigatewayv2", "application-autoscaling"}
NO_SERVICE_HERE = (
    "aws_cloudfront_",
    "aws_default_tags",
    "aws_partition",
    "aws_region",
)


def called() -> Iterator[tuple[Path, str]]:
    """Every client that is made anywhere."""
    for folder in ("lab", "functions", "tests", "notebooks", "scripts"):
        for path in sorted((paths.ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".ipynb", ".sh"):
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
    offered = emulator_program.run("services")
    known = {*offered["default"], *offered["more"]}
    clients = {name for _, name in called() if name in known}
    assert made | clients | FOR_SAMPLES == set(offered["default"])
