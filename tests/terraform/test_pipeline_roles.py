"""What the pipelines' roles may do: each is asked about the calls of its work, and about others'.

The policies are those that Terraform plans for an account, not a copy of them.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hcl2.api import loads

from lab.core import paths
from lab.core.errors import LabError
from lab.deploy.plans import offline
from tests.terraform.pipeline_calls import ACCOUNT, ASKED, BOUNDARY, REGION, STATES, arn
from tests.terraform.policies import Call, Policy, allows, listed

LARGEST_ROLE, LARGEST_POLICY = 10_240, 6_144
"""Characters that IAM allows in all inline policies of a role, and in a managed policy."""


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Policy]:
    """By role (`plan`, `dev` and so on) and `boundary-dev`, what the bootstrap gives it."""
    planned = plan_of(a_root(), tmp_path_factory.mktemp("roles"))
    return {
        name_of(resource): json.loads(resource["values"]["policy"])
        for resource in planned["planned_values"]["root_module"]["child_modules"][0]["resources"]
        if "policy" in resource["values"]
    }


def plan_of(configuration: dict[str, Any], folder: Path) -> dict[str, Any]:
    if not shutil.which("terraform"):
        pytest.skip("Terraform is not installed")
    root = folder / "root"
    root.mkdir()
    shutil.copytree(paths.TERRAFORM / "modules" / "github-oidc", folder / "github-oidc")
    shutil.copy(paths.TERRAFORM / "bootstrap" / ".terraform.lock.hcl", root)
    (root / "main.tf.json").write_text(json.dumps(configuration))
    return offline.plan_in(root, folder)


def a_root() -> dict[str, Any]:
    """Calls the module as the bootstrap does."""
    (given,) = loads((paths.TERRAFORM / "bootstrap" / "github.tf").read_text())["locals"]
    module = {
        "source": "../github-oidc",
        "name": "checkout",
        "repository": "acme/shop",
        "environments": ["dev", "staging", "prod"],
        "tables": given["tables"],
        "settings": given["settings"],
        "provider_arn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
        "state": {
            "bucket_arn": f"arn:aws:s3:::{STATES}",
            "table_arn": arn("dynamodb", "table/terraform-state-lock"),
        },
    }
    return {"provider": {"aws": {"region": REGION}}, "module": {"github": module}}


def name_of(resource: dict[str, Any]) -> str:
    kind = f"{resource['name']}-" if resource["type"] == "aws_iam_policy" else ""
    return f"{kind}{resource.get('index', resource['name'])}"


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "calls", "expected"), ASKED)
def test_a_role_may_do_its_work_and_nothing_of_anybody_elses(
    policies: dict[str, Policy], name: str, calls: list[Call], expected: bool
) -> None:
    wrong = [call for call in calls if allows(policies[name], call) is not expected]

    assert not wrong


@pytest.mark.exhaustive
def test_no_policy_is_larger_than_iam_takes(policies: dict[str, Policy]) -> None:
    sizes = {name: len(json.dumps(p, separators=(",", ":"))) for name, p in policies.items()}

    kinds, environments = ("", "boundary-", "storefront-"), ("dev", "staging", "prod")
    assert sorted(sizes) == sorted(
        ["plan", "storefront-plan", *(f"{kind}{e}" for kind in kinds for e in environments)]
    )
    for name, size in sizes.items():
        limit = LARGEST_POLICY if "-" in name else LARGEST_ROLE
        assert size <= limit, f"{name} has {size} characters"


@pytest.mark.exhaustive
def test_a_policy_that_iam_would_not_take_is_refused_before_anything_is_made(
    tmp_path: Path,
) -> None:
    larger = a_root()
    module = larger["module"]["github"]
    module["name"] = "northwind-bookshop"
    module["tables"] = [*module["tables"], *(f"another-table-{number}" for number in range(20))]

    with pytest.raises(LabError) as refused:
        plan_of(larger, tmp_path)

    said = " ".join(str(refused.value.message + refused.value.hint).split())
    for role in ("plan", "deploy-dev", "deploy-staging", "deploy-prod"):
        assert f"The policy of the role {role} would have 1" in said
    assert "characters, and IAM takes 10240" in said
    assert "northwind-bookshop-dev" in said
    assert "IAM takes 6144" in said


@pytest.mark.exhaustive
def test_every_action_of_a_function_is_within_the_boundary(policies: dict[str, Policy]) -> None:
    """Without it, a function that a pipeline deployed would be refused what its policy allows."""
    text = "".join(
        file.read_text()
        for module in ("checkout", "execution-role", "lambda", "step-functions")
        for file in (paths.TERRAFORM / "modules" / module).glob("*.tf")
    )
    named = re.findall(r'(?<!variable = )(?<!variable   = )"([a-z]+:[A-Z]\w+)"', text)
    used = {a for a in named if not a.startswith(("sts:", "aws:"))}
    statements = listed(policies["boundary-dev"]["Statement"])
    patterns = [pattern for statement in statements for pattern in listed(statement["Action"])]
    within: Callable[[str], bool] = lambda action: any(  # noqa: E731
        allows({"Statement": {"Effect": "Allow", "Action": p, "Resource": "*"}}, Call(action))
        for p in patterns
    )

    assert len(used) > 20
    assert {action for action in used if not within(action)} == set()


def test_the_bootstrap_names_the_tables_and_settings_that_the_checkout_makes() -> None:
    checkout = paths.TERRAFORM / "modules" / "checkout"
    (tables,) = loads((checkout / "tables.tf").read_text())["locals"]
    texts = ((checkout / name).read_text() for name in ("main.tf", "locals.tf"))
    settings = re.findall(
        r'"((?:auth|payment|pricing|reservation|storefront)/[\w-]+)"\s+= ', "".join(texts)
    )
    (given,) = loads((paths.TERRAFORM / "bootstrap" / "github.tf").read_text())["locals"]

    assert sorted(given["tables"]) == sorted(tables["tables"])
    assert sorted(given["settings"]) == sorted(settings)


RECORD = paths.ROOT / "emulator/tests/unit/iam/other_evaluator/pipeline_policies.json"


@pytest.mark.exhaustive
def test_the_emulator_has_these_policies_for_its_comparison_with_another_evaluator(
    policies: dict[str, Policy], request: pytest.FixtureRequest
) -> None:
    entries = (f'"{n}": {json.dumps(p, sort_keys=True)}' for n, p in sorted(policies.items()))
    text = "{\n" + ",\n".join(entries) + "\n}\n"
    if request.config.getoption("--record-permissions"):
        RECORD.write_text(text)

    assert RECORD.read_text() == text, "run this test with --record-permissions"


def test_the_lab_names_the_boundary_as_terraform_does(
    policies: dict[str, Policy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lab.deploy.account import settings

    monkeypatch.setattr(paths, "TERRAFORM", tmp_path)
    (tmp_path / "environments" / "dev").mkdir(parents=True)

    written = loads(settings.write_boundary("dev").read_text())

    assert BOUNDARY.endswith(f":policy/{written['permissions_boundary']}")
    enter = (paths.ROOT / ".github" / "actions" / "enter" / "action.yml").read_text()
    assert "$SHOP-pipeline-boundary-$ENVIRONMENT" in enter
    assert json.dumps(policies["dev"]).count(f"{written['permissions_boundary']}") >= 2
