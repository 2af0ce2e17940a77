"""What would only go wrong on AWS, under load or at the end, as prod is planned."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from lab.core.environment_settings import settings_of
from lab.deploy.plans import offline

pytestmark = [pytest.mark.timeout(300), pytest.mark.exhaustive]

Resources = dict[str, dict[str, Any]]
BOUNDARY = "checkout-pipeline-boundary-prod"


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not shutil.which("terraform"):
        pytest.skip("Terraform is not installed")
    bounded = f"-var=permissions_boundary={BOUNDARY}"
    return offline.plan_of("prod", tmp_path_factory.mktemp("prod"), bounded)


@pytest.fixture(scope="module")
def planned(prod: dict[str, Any]) -> Resources:
    """The arguments of every resource, by its address below the checkout."""
    return {
        change["address"].removeprefix("module.checkout.module."): change["change"]["after"]
        for change in prod["resource_changes"]
        if change["mode"] == "managed"
    }


def of_kind(planned: Resources, kind: str) -> Iterator[dict[str, Any]]:
    return (after for address, after in planned.items() if kind in address.split("."))


def test_a_message_is_hidden_for_six_times_as_long_as_a_mail_may_take(planned: Resources) -> None:
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    (queue,) = [
        queue
        for queue in of_kind(planned, "aws_sqs_queue")
        if queue["name"].endswith("-notifications")
    ]
    notifier = planned['function["notifier"].aws_lambda_function.this']

    assert queue["visibility_timeout_seconds"] >= 6 * notifier["timeout"]


def test_no_more_messages_are_polled_than_calls_may_run(planned: Resources) -> None:
    (mapping,) = of_kind(planned, "aws_lambda_event_source_mapping")

    (scaling,) = mapping["scaling_config"]
    assert scaling["maximum_concurrency"] == settings_of("prod")["reserved_concurrency"]["notifier"]


def test_throttles_of_every_index_raise_an_alarm(planned: Resources) -> None:
    indexes = {
        (table["name"], index["name"])
        for table in of_kind(planned, "aws_dynamodb_table")
        for index in table["global_secondary_index"]
    }
    watched = [
        metric["dimensions"]
        for alarm in planned.values()
        for query in alarm.get("metric_query") or ()
        for metric in query["metric"]
        if metric["metric_name"].endswith("ThrottleEvents")
    ]

    named = {(d["TableName"], d.get("GlobalSecondaryIndexName")) for d in watched}
    assert len(indexes) == 5
    assert indexes <= named
    assert all(watched.count(dimensions) == 2 for dimensions in watched)


def test_the_sweeper_is_not_tried_again_beside_its_next_call(planned: Resources) -> None:
    (config,) = of_kind(planned, "aws_lambda_function_event_invoke_config")
    targets = of_kind(planned, "aws_cloudwatch_event_target")
    (schedule,) = [target for target in targets if target["retry_policy"]]

    assert config["function_name"] == "checkout-prod-sweeper"
    assert config["maximum_retry_attempts"] == 0
    assert schedule["retry_policy"][0]["maximum_event_age_in_seconds"] == 60


def test_the_audit_trails_records_are_destroyed_before_their_key(prod: dict[str, Any]) -> None:
    """What is used in any argument or condition is destroyed later than what uses it."""
    modules = prod["configuration"]["root_module"]["module_calls"]["checkout"]["module"]
    trail = modules["module_calls"]["audit_trail"]
    source = (offline.paths.TERRAFORM / "modules" / "audit-trail" / "main.tf").read_text()
    bucket = source.partition('resource "aws_s3_bucket" "this" {')[2].partition("\n}\n")[0]

    assert "local.key_arn" in trail["expressions"]["kms_key_arn"]["references"]
    assert "var.kms_key_arn" in bucket


def test_every_role_has_the_boundary_that_its_pipeline_must_give_it(planned: Resources) -> None:
    limit = f"arn:aws:iam::{offline.ACCOUNT}:policy/{BOUNDARY}"
    roles = list(of_kind(planned, "aws_iam_role"))

    assert len(roles) == 9
    assert {role["name"] for role in roles if role["permissions_boundary"] != limit} == set()


def test_a_budget_counts_what_one_tag_tells(planned: Resources) -> None:
    (budget,) = of_kind(planned, "aws_budgets_budget")

    (chosen,) = budget["cost_filter"]
    assert chosen["values"] == ["user:Stack$checkout-prod"]


def test_everything_that_can_be_tagged_says_which_stack_it_belongs_to(planned: Resources) -> None:
    tagged = [after for after in planned.values() if "tags_all" in after]

    assert len(tagged) > 60
    for after in tagged:
        assert after["tags_all"]["Stack"] == "checkout-prod", after


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov"])
def test_no_partition_is_written_down(partition: str) -> None:
    for file in offline.paths.TERRAFORM.rglob("*"):
        skipped = {".terraform", "examples"}.intersection(file.parts)
        if file.suffix in (".tf", ".json") and not skipped:
            assert f'"arn:{partition}:' not in code_of(file.read_text()), file


def code_of(text: str) -> str:
    """Without what only describes: an ARN in it is an example."""
    lines = [
        line
        for line in text.splitlines()
        if not line.lstrip().startswith(("#", "description", "error_message"))
    ]
    return "\n".join(lines)
