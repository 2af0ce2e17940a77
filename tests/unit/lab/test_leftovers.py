"""What is left of an environment: found by name and by tag, told with why and how to remove it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.terraform import inventory, leftovers
from lab.deploy.terraform.inventory import LISTINGS
from lab.deploy.terraform.leftovers import is_ours

TAGS = {"Project": "ecommerce-checkout", "Environment": "dev"}
TARGET = Target("dev", None)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(leftovers, "TAGS_LAG_S", 0.0)
    with mock_aws():
        yield


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., leftovers.Inspection]:
    """Inspects with these looks only: moto does not have every service."""

    def inspect(*looks: Any) -> leftovers.Inspection:
        monkeypatch.setattr(leftovers, "CHECKS", looks)
        return leftovers.inspect(TARGET)

    return inspect


def by_name(service: str) -> list[Any]:
    return [leftovers.by_name(listing) for listing in LISTINGS if listing.service == service]


@pytest.mark.parametrize(
    ("service", "name", "ours"),
    [
        ("dynamodb", "products-dev", True),
        ("dynamodb", "website-dev", False),
        ("dynamodb", "products-staging", False),
        ("dynamodb", "terraform-state-lock", False),
        ("lambda", "checkout-dev-notifier", True),
        ("lambda", "checkout-devel-notifier", False),
        ("sns", "arn:aws:sns:us-east-2:000000000000:checkout-dev-orders", True),
        ("logs", "/aws/vendedlogs/states/checkout-dev", True),
        ("logs", "aws-waf-logs_checkout-dev", True),
        ("ssm", "/checkout/dev/auth/key-set", True),
        ("s3", "website-dev", False),
        ("s3", "ecommerce-checkout-backups-000000000000", False),
        ("ses", "orders@dev.checkout-lab.example", True),
        ("ses", "orders@checkout-lab.example", False),
    ],
)
def test_what_belongs_to_the_environment_is_told_by_its_name(
    service: str, name: str, ours: bool
) -> None:
    assert is_ours("dev", service, name) is ours


def test_a_parameter_that_somebody_made_is_named_with_its_command(look: Any) -> None:
    ssm = TARGET.client("ssm")
    for environment in ("dev", "prod"):
        ssm.put_parameter(Name=f"/checkout/{environment}/by/hand", Value="1", Type="String")

    (left,) = look(*by_name("ssm")).left

    assert left.what == "ssm /checkout/dev/by/hand"
    assert left.remove == "aws ssm delete-parameter --name /checkout/dev/by/hand"
    with pytest.raises(LabError, match="aws ssm delete-parameter"):
        leftovers.require_none(TARGET)


def test_a_command_takes_the_id_where_the_name_is_not_enough(look: Any) -> None:
    api = TARGET.client("apigateway").create_rest_api(name="checkout-dev")["id"]

    (left,) = look(*by_name("apigateway")).left

    assert left.remove == f"aws apigateway delete-rest-api --rest-api-id {api}"


def test_logs_that_api_gateway_made_for_an_api_that_is_gone_are_found(look: Any) -> None:
    living = TARGET.client("apigateway").create_rest_api(name="somebody-elses")["id"]
    for name in ("dead1234/dev", "dead1234/prod", f"{living}/dev"):
        logs = TARGET.client("logs")
        logs.create_log_group(logGroupName=f"API-Gateway-Execution-Logs_{name}")

    (left,) = look(leftovers._execution_logs).left

    assert left.what == "logs API-Gateway-Execution-Logs_dead1234/dev"


def test_what_has_only_our_tags_is_found(look: Any) -> None:
    TARGET.client("sqs").create_queue(QueueName="odd-one", tags=TAGS)
    TARGET.client("sqs").create_queue(QueueName="prods", tags=TAGS | {"Environment": "prod"})

    (left,) = look().left

    assert left.what.endswith(":odd-one")
    assert "get-resources --tag-filters Key=Project,Values=ecommerce-checkout" in left.remove


def test_what_has_our_name_and_our_tags_is_told_once(look: Any) -> None:
    TARGET.client("sqs").create_queue(QueueName="checkout-dev-odd", tags=TAGS)

    assert len(look(*by_name("sqs")).left) == 1


def test_a_key_that_aws_will_delete_is_no_fault_and_one_that_stays_is(look: Any) -> None:
    kms = TARGET.client("kms")
    living, dying = (
        kms.create_key(Description="Everything that checkout-dev stores")["KeyMetadata"]["KeyId"]
        for _ in range(2)
    )
    kms.create_key(Description="Everything that checkout-prod stores")
    kms.schedule_key_deletion(KeyId=dying, PendingWindowInDays=7)

    seen = look(leftovers._keys)

    assert [left.what for left in seen.left] == [f"kms key {living}"]
    assert [kept.what for kept in seen.kept] == [f"kms key {dying}"]
    day = datetime.now(UTC) + timedelta(days=7)
    assert f"{day:%Y-%m}" in seen.kept[0].why


@pytest.mark.parametrize(("kind", "stays"), [("SYSTEM", True), ("USER", False)])
def test_a_copy_of_a_table_that_aws_made_is_no_fault_and_one_of_ours_is(
    kind: str, stays: bool, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only AWS makes the first one, so the answer is made here."""
    backup = {"TableName": "orders-dev", "BackupName": "b", "BackupArn": "arn", "BackupType": kind}
    monkeypatch.setattr(inventory, "rows", lambda *_, **__: [backup])

    assert [kept for _, kept in leftovers._table_backups(TARGET)] == [stays]


def test_a_service_that_does_not_let_us_look_is_named(
    look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def require_none(*_: object) -> Any:
        denied = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        raise ClientError(denied, "ListTables")
        yield

    monkeypatch.setattr(inventory, "_pages", require_none)

    assert look(*by_name("dynamodb")).not_inspected == (
        "dynamodb (AccessDeniedException)",
        "resourcegroupstaggingapi (AccessDeniedException)",
    )
