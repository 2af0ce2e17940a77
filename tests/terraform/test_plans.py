"""What each environment would make in an empty account, compared with what is stored of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lab.core.errors import LabError
from lab.deploy import plans
from lab.deploy.account.settings import environments
from lab.deploy.plans import summary
from lab.deploy.plans.changes import Action, Change
from lab.deploy.plans.groups import OTHER, Group, group_of
from tests.exhaustive import all_but

Planned = Callable[[str], dict[str, Any]]

ENVIRONMENTS = environments()
AGAIN = "If that is what you want, store it: make plans"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """What Terraform plans for an empty account, in an environment."""
    if not shutil.which("terraform"):
        pytest.skip("Terraform is not installed")
    return cache(lambda name: plans.plan_of(name, tmp_path_factory.mktemp(name)))


@pytest.mark.parametrize("environment", all_but("dev".__eq__, ENVIRONMENTS))
def test_the_plan_is_the_stored_one(environment: str, planned: Planned) -> None:
    stored = plans.file_of(environment).read_text()

    different = plans.differences(stored, plans.text_of(plans.read(planned(environment))))

    assert not different, "\n".join([f"{environment} has changed:", *different, AGAIN])


@pytest.mark.parametrize("environment", all_but("dev".__eq__, ENVIRONMENTS))
def test_every_kind_of_resource_has_a_group(environment: str, planned: Planned) -> None:
    changes = plans.read(planned(environment))

    assert {c.kind for c in changes if group_of(c.kind) == OTHER} == set()


@pytest.mark.exhaustive
@pytest.mark.parametrize("environment", ["prod", "live"])
def test_failure_switches_are_not_planned_where_money_may_be_real(
    environment: str, tmp_path: Path
) -> None:
    if not shutil.which("terraform"):
        pytest.skip("Terraform is not installed")
    settings = (f"-var=environment={environment}", "-var=failure_switches_enabled=true")
    with pytest.raises(LabError, match="terraform plan failed") as caught:
        plans.plan_of("prod", tmp_path, *settings)

    assert "failure_switches_enabled needs payment_gateway" in caught.value.hint


@pytest.mark.exhaustive
def test_the_plan_of_prod_says_that_a_payment_gateway_has_to_be_chosen(planned: Planned) -> None:
    checks = planned("prod")["checks"]
    (failed,) = [check for check in checks if check["status"] == "fail"]
    ((problem,),) = [found["problems"] for found in failed["instances"]]

    for said in ("payment_gateway", "terraform.tfvars", "functions/checkout/gateways.py"):
        assert said in problem["message"]


# --- reading a plan


def said(address: str, *actions: str, mode: str = "managed", **after: Any) -> dict[str, Any]:
    kind = address.split(".")[-2]
    change = {"actions": actions, "after": after or None}
    return {"address": address, "type": kind, "mode": mode, "change": change}


def read(*resources: dict[str, Any]) -> list[Change]:
    return plans.read({"resource_changes": resources})


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        (("create",), Action.CREATE),
        (("update",), Action.CHANGE),
        (("delete",), Action.DESTROY),
        (("delete", "create"), Action.REPLACE),
        (("create", "delete"), Action.REPLACE),
    ],
)
def test_terraforms_words_become_ours(actions: Sequence[str], action: Action) -> None:
    assert read(said("aws_sqs_queue.this", *actions))[0].action == action


def test_what_stays_and_what_is_only_read_is_no_change() -> None:
    assert not read(said("aws_sqs_queue.this", "no-op"), said("aws_region.x", "read", mode="data"))


def test_a_group_that_loses_something_comes_first() -> None:
    changes = read(
        said("aws_dynamodb_table.orders", "create"),
        said("aws_dynamodb_table.stock", "update"),
        said("aws_ssm_parameter.old", "delete", "create"),
        said("aws_sqs_queue.old", "delete"),
    )

    assert plans.grouped(changes) == [
        Group("messaging", destroy=1),
        Group("settings", replace=1),
        Group("tables", create=1, change=1),
    ]


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("aws_cloudwatch_event_rule", "messaging"),
        ("aws_cloudwatch_metric_alarm", "monitoring"),
        ("aws_lambda_permission", "permissions"),
        ("aws_lambda_function", "functions"),
        ("aws_instance", OTHER),
    ],
)
def test_a_resource_is_where_people_look_for_it(kind: str, group: str) -> None:
    assert group_of(kind) == group


# --- the stored text


def text(*resources: dict[str, Any]) -> str:
    return plans.text_of(read(*resources))


def test_a_summary_leaves_out_what_says_nothing() -> None:
    queue = said("aws_sqs_queue.q", "create", name="q", kms=None, fifo=False, policy="", on=[])

    assert text(queue).splitlines()[-1] == "aws_sqs_queue.q | name=q"


def test_a_switch_that_is_turned_on_is_a_difference() -> None:
    off, on = (text(said("aws_sqs_queue.q", "create", fifo=way)) for way in (False, True))

    assert plans.differences(off, on) == ["~ aws_sqs_queue.q: + fifo=true"]


def test_a_difference_names_the_resource_and_what_is_different() -> None:
    stored = text(said("a.kept", "create", days=7), said("a.gone", "create"))
    now = text(said("a.kept", "create", days=14), said("a.new", "create"))

    assert plans.differences(stored, now) == [
        "- a.gone",
        "~ a.kept: - days=7  + days=14",
        "+ a.new",
    ]


def test_a_resource_with_other_tags_says_so() -> None:
    usual, other = {"Owner": "us"}, {"Owner": "them"}
    resources = [said(f"a.{n}", "create", tags_all=usual) for n in range(3)]

    lines = text(*resources, said("a.x", "create", tags_all=other)).splitlines()

    assert lines[1].endswith("| Owner=us")
    assert lines[-1] == 'a.x | tags={"Owner": "them"}'


def test_a_value_that_is_too_long_for_a_line_is_taken_apart() -> None:
    variables = {f"VARIABLE_{n}": "value" for n in range(30)}

    line = text(said("a.b", "create", environment=[{"variables": variables}])).splitlines()[-1]

    assert " | environment.variables.VARIABLE_7=value | " in line


def test_a_policy_is_taken_apart_too() -> None:
    grants = [{"Sid": f"Grant{n}", "Action": f"sqs:Action{n}"} for n in range(9)]

    line = text(said("a.b", "create", policy=json.dumps({"Statement": grants}))).splitlines()[-1]

    assert ' | policy.Statement.7={"Action": "sqs:Action7", "Sid": "Grant7"} | ' in line


def test_a_document_is_there_by_its_hash_which_tells_a_change() -> None:
    long, longer = (json.dumps(["x" * size]) for size in (summary.LONGEST, summary.LONGEST + 1))

    stored, now = (text(said("a.b", "create", body=body)) for body in (long, longer))

    assert "body=sha256:" in stored
    assert plans.differences(stored, now)
