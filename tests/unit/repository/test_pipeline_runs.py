"""What the pipelines do: their conditions are evaluated and their scripts run, as GitHub would."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.core import paths
from tests.github_expressions import evaluate, holds

GITHUB = paths.ROOT / ".github"
ACCOUNT = "123456789012"
ON = {"PIPELINES": "on"}


def workflow(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text())
    return content


@dataclass
class Run:
    """A run of deploy.yml: what started it, and how each job ends if it runs."""

    event: str
    environment: str = ""
    ends: Mapping[str, str] = field(default_factory=dict)
    cancelled: bool = False
    variables: Mapping[str, str] = field(default_factory=lambda: ON)
    changes: str = "true"

    def results(self) -> dict[str, str]:
        """How each job ended, `skipped` if it did not run."""
        results: dict[str, str] = {}
        for name, job in workflow("deploy")["jobs"].items():
            needed = [job["needs"]] if "needs" in job else []
            runs = holds(job.get("if"), self._context(needed, results))
            results[name] = self.ends.get(name, "success") if runs else "skipped"
        return results

    def _context(self, needed: list[str], results: dict[str, str]) -> dict[str, Any]:
        outputs = {"changes": self.changes}
        return {
            "vars": self.variables,
            "github": {"event_name": self.event},
            "inputs": {"environment": self.environment},
            "needs": {name: {"result": results[name], "outputs": outputs} for name in needed},
            "success": all(result == "success" for result in results.values()),
            "failure": "failure" in results.values(),
            "cancelled": self.cancelled,
            "always": True,
        }


def ran(run: Run) -> set[str]:
    return {name for name, result in run.results().items() if result != "skipped"}


PUSH, STAGING, PROD = Run("push"), ("workflow_dispatch", "staging"), ("workflow_dispatch", "prod")


@pytest.mark.parametrize(
    ("run", "jobs"),
    [
        (Run("push"), {"staging", "prod", "notes"}),
        (Run("push", ends={"staging": "failure"}), {"staging"}),
        (Run("push", ends={"staging": "cancelled"}), {"staging"}),
        (Run("push", ends={"prod": "failure"}), {"staging", "prod"}),
        (Run("push", cancelled=True), {"staging"}),
        (Run("push", changes="false"), {"staging", "prod"}),
        (Run(*STAGING), {"staging"}),
        (Run(*STAGING, ends={"staging": "failure"}), {"staging"}),
        (Run(*PROD), {"prod", "notes"}),
        (Run(*PROD, cancelled=True), set()),
        (Run("push", variables={}), set()),
        (Run(*PROD, variables={"PIPELINES": ""}), set()),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_what_was_asked_for_is_deployed_and_nothing_after_it(run: Run, jobs: set[str]) -> None:
    assert ran(run) == jobs


@pytest.mark.parametrize("job", ["plan-staging", "plan-prod"])
@pytest.mark.parametrize(
    ("event", "head", "expected"),
    [
        ("pull_request", "acme/shop", True),
        ("pull_request", "fork/shop", False),
        ("push", "", False),
    ],
)
def test_only_a_pull_request_of_the_repository_itself_is_planned(
    job: str, event: str, head: str, expected: bool
) -> None:
    github = {
        "event_name": event,
        "repository": "acme/shop",
        "event": {"pull_request": {"head": {"repo": {"full_name": head}}}},
    }

    condition = workflow("checks")["jobs"][job]["if"]

    assert holds(condition, {"vars": ON, "github": github, "success": True}) is expected


def steps_of_apply() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = workflow("release")["jobs"]["apply"]["steps"]
    return steps


@pytest.mark.parametrize(
    "failed", ["Smoke test", "The whole suite, with orders", "Watch the alarms"]
)
def test_whatever_fails_after_an_apply_takes_the_new_version_back(failed: str) -> None:
    names = [step.get("name", "") for step in steps_of_apply()]
    back = steps_of_apply()[names.index("Go back to what was live")]
    context = {"success": False, "failure": True, "steps": {"apply": {"outcome": "success"}}}

    assert names.index("Apply the plan that was approved") < names.index(failed)
    assert names.index(failed) < names.index("Give it to everybody")
    assert names.index("Give it to everybody") < names.index(back["name"])
    assert holds(back["if"], context)
    assert not holds(back["if"], context | {"steps": {"apply": {"outcome": "skipped"}}})


@pytest.mark.parametrize(("order", "runs"), [(True, True), (False, False)])
def test_the_whole_suite_runs_in_staging_before_prod_and_never_in_prod(
    order: bool, runs: bool
) -> None:
    (step,) = [step for step in steps_of_apply() if "tests/e2e" in step.get("run", "")]
    jobs = workflow("deploy")["jobs"]

    assert holds(step["if"], {"inputs": {"order": order}, "success": True}) is runs
    assert (jobs["staging"]["with"]["order"], jobs["prod"]["with"]["order"]) == (True, False)


def test_two_releases_of_an_environment_wait_for_each_other_from_plan_to_watch() -> None:
    """A group on the job that applies alone would let the second be planned meanwhile."""
    jobs = workflow("deploy")["jobs"]

    for name in ("staging", "prod"):
        group = {"group": f"release-{name}", "cancel-in-progress": False}
        assert jobs[name]["concurrency"] == group
    assert not any("concurrency" in job for job in workflow("release")["jobs"].values())
    assert "concurrency" not in workflow("deploy")


# The account's number.


def all_steps() -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in [*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml")]:
        content = yaml.safe_load(file.read_text())
        for job in [content.get("runs", {}), *content.get("jobs", {}).values()]:
            yield from ((file, step) for step in job.get("steps", ()))


def test_no_variable_that_logs_show_has_the_accounts_number() -> None:
    """Variables are written into logs as they are, secrets are not."""
    used = {
        word
        for file in GITHUB.rglob("*.yml")
        for word in file.read_text().replace("}", " ").split()
        if word.startswith("vars.")
    }

    assert used == {"vars.PIPELINES", "vars.STATE_SUFFIX"}


def test_what_is_kept_of_a_run_is_without_the_account_or_sealed() -> None:
    kept = {
        line
        for _, step in all_steps()
        if step.get("uses", "").startswith("actions/upload-artifact@")
        for line in step["with"]["path"].split()
    }

    assert kept == {"plan.txt", "terraform.plan.gpg", ".lab/build/functions.zip"}


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """A folder in which the step that shows a plan ran, with a Terraform that prints this plan."""
    plan = f"  + arn = arn:aws:sqs:us-east-2:{ACCOUNT}:q\n```\nPlan: 1 to add"
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{plan}\nEND\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (step,) = [step for _, step in all_steps() if step.get("name") == "Show it"]
    environment = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "ACCOUNT": ACCOUNT,
        "ENVIRONMENT": "prod",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]], cwd=tmp_path, env=environment, check=True
    )
    return tmp_path


def test_a_shown_plan_has_no_account_and_cannot_leave_its_fence(shown: Path) -> None:
    for name in ("plan.txt", "summary"):
        text = (shown / name).read_text()
        assert ACCOUNT not in text
        assert "arn:aws:sqs:us-east-2:ACCOUNT:q" in text
    assert "```" not in (shown / "plan.txt").read_text()
    assert (shown / "summary").read_text().count("```") == 2
    assert (shown / "output").read_text() == "changes=true\n"


@pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")
def test_an_encrypted_plan_is_decrypted_with_its_key_and_no_other(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    end_agent = ["gpgconf", "--homedir", str(tmp_path), "--kill", "all"]
    request.addfinalizer(lambda: subprocess.run(end_agent, check=True))
    (tmp_path / "terraform.plan").write_text(f"a plan of {ACCOUNT}")
    runs = {step["name"]: step["run"] for _, step in all_steps() if "gpg" in step.get("run", "")}
    encrypt, decrypt = runs["Encrypt it"], runs["Decrypt the plan"]

    def run(script: str, key: str) -> int:
        environment = {"PATH": os.environ["PATH"], "GNUPGHOME": str(tmp_path), "PLAN_KEY": key}
        command = ["bash", "-eo", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True
        ).returncode

    assert run(encrypt, "") != 0
    assert run(encrypt, "a key") == 0
    assert ACCOUNT.encode() not in (tmp_path / "terraform.plan.gpg").read_bytes()
    (tmp_path / "terraform.plan").unlink()
    assert run(decrypt, "another") != 0
    assert run(decrypt, "a key") == 0
    assert (tmp_path / "terraform.plan").read_text() == f"a plan of {ACCOUNT}"


@pytest.mark.parametrize(
    ("role", "expected"),
    [("plan", "checkout-pipeline-plan"), ("deploy", "checkout-pipeline-deploy-prod")],
)
@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_the_role_is_the_one_that_the_bootstrap_makes(
    role: str, expected: str, tmp_path: Path
) -> None:
    enter = yaml.safe_load((GITHUB / "actions" / "enter" / "action.yml").read_text())
    script = enter["runs"]["steps"][0]["run"]
    output = tmp_path / "output"
    environment = {"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(output)}
    given = {"ACCOUNT": ACCOUNT, "ENVIRONMENT": "prod", "ROLE": role}

    subprocess.run(["bash", "-ec", script], cwd=paths.ROOT, env=environment | given, check=True)
    lacking = subprocess.run(
        ["bash", "-ec", script], cwd=paths.ROOT, env=environment | given | {"ACCOUNT": ""}
    )

    assert f"role={expected}" in output.read_text().splitlines()
    assert lacking.returncode == 1


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("${{ 'a' == 'A' }}", True),
        ("!(false || true) && true", False),
        ("missing.thing == ''", True),
        ("inputs.order && '--order' || ''", "--order"),
        ("a.b != 'c' || 'it''s'", "it's"),
    ],
)
def test_expressions_are_read_as_github_reads_them(expression: str, value: Any) -> None:
    assert evaluate(expression, {"inputs": {"order": True}, "a": {"b": "c"}}) == value


@pytest.mark.parametrize("expression", ["a &&& b", "contains(a, 'b')", "(a"])
def test_what_cannot_be_read_is_not_guessed(expression: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        evaluate(expression, {"a": "b"})
