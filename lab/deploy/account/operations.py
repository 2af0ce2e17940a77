"""Plans, applies and destroys an environment in a real account, with plain Terraform."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.console.progress import working
from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import package, storefront
from lab.deploy.account import guards
from lab.deploy.account.guards import Prompt
from lab.deploy.account.identity import Identity
from lab.deploy.account.settings import FILE
from lab.deploy.account.terraform import Terraform
from lab.deploy.terraform import leftovers
from lab.deploy.terraform.json_log import Changes
from lab.deploy.terraform.leftovers import Inspection
from lab.shop import api_key, token_keys

ACTIONS = ("plan", "apply", "destroy")
PACKAGE = re.compile(r'"key": "functions/([0-9a-f]{64})\.zip"')
"""The object with the code in modules/package: its name has the hash of the zip."""


@dataclass(frozen=True)
class Outcome:
    """The changes (None if Terraform printed them), and what a destroy keeps on purpose."""

    changes: Changes | None = None
    inspection: Inspection | None = None


def operate(
    environment: str,
    action: str,
    identity: Identity,
    prompt: Prompt,
    start: Callable[..., Terraform] = Terraform,
    saved: Path | None = None,
) -> Outcome:
    """Runs `terraform plan`, `apply` or `destroy` on an environment, if all guards pass.

    The plan of an apply or a destroy is shown, and applied if the user approves it. `saved` is the
    file that a plan is written to, or the plan to apply without a prompt: it has been reviewed.
    Raises LabError if a guard fails, if the user declines, if Terraform fails, or if resources
    are left after a destroy.
    """
    settings = guards.require_backend(environment)
    guards.require_account(environment, identity, settings)
    if action == "destroy":
        guards.require_unprotected(environment, identity)
    if not (saved and action == "apply"):
        guards.require_consent(environment, action, identity, prompt)
    terraform = start(paths.TERRAFORM / "environments" / environment, identity)
    with working(f"Getting Terraform ready for {environment}"):
        terraform.output("init", "-input=false", "-reconfigure", f"-backend-config={FILE}")
    changes = None
    if saved and action == "apply":
        _require_planned_package(terraform, saved)
        terraform.run("apply", "-input=false", str(saved.resolve()))
    elif action == "plan":
        terraform.run("plan", *_arguments(saved))
    else:
        changes = _apply_if_approved(environment, action, terraform, prompt)
    target = Target(environment, None, identity.region, identity.profile)
    return Outcome(changes, _follow_up(action, target))


def _apply_if_approved(
    environment: str, action: str, terraform: Terraform, prompt: Prompt
) -> Changes:
    """Shows the plan, and applies it if the user approves."""
    options = ["-destroy"] if action == "destroy" else []
    with tempfile.TemporaryDirectory(dir=paths.home()) as folder:
        plan = Path(folder) / "plan"
        with working(f"Planning {environment}") as on_progress:
            planned = terraform.plan(plan, on_progress, *options, *_arguments(None))
        if not planned:
            return Changes()
        if not prompt.approve(environment, action, planned):
            raise LabError(f"Nothing was changed in {environment}.", "The plan was not approved.")
        with working(f"{action.capitalize()} of {environment}") as on_progress:
            return terraform.apply(plan, on_progress)


def _arguments(saved: Path | None) -> list[str]:
    """Builds the package, and returns the arguments of a plan with it."""
    output = [f"-out={saved.resolve()}"] if saved else []
    return [f"-var=functions_package={package.build()}", *output]


def _require_planned_package(terraform: Terraform, saved: Path) -> None:
    """Raises LabError if the zip is not the one of the plan, which Terraform would upload anyway.

    It is not built anew: what was approved is what is applied.
    """
    plan = json.loads(terraform.output("show", "-json", str(saved.resolve())))
    planned = PACKAGE.search(json.dumps(plan.get("planned_values", {})))
    zip_ = package.built()
    actual = hashlib.sha256(zip_.read_bytes()).hexdigest() if zip_.is_file() else "missing"
    if planned and planned[1] != actual:
        raise LabError(
            f"The functions' package {zip_} is {actual[:12]}, and {saved} was planned with"
            f" {planned[1][:12]}.",
            "Put the package beside its plan again, or plan anew: nothing was applied.",
        )


def _follow_up(action: str, target: Target) -> Inspection | None:
    """Creates or deletes what is not in the state: the API key, and the key of tokens."""
    if action == "apply":
        token_keys.ensure(target)
        api_key.ensure(target)
        storefront.upload(target)
    if action != "destroy":
        return None
    token_keys.delete(target)
    api_key.delete(target)
    leftovers.delete_stray_log_groups(target)
    return leftovers.require_none(target)
