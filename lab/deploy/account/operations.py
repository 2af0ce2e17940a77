"""Plans, applies and destroys an environment in a real account, with plain Terraform."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.console.progress import working
from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import package
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
    if action == "plan" or saved:
        terraform.run(action, *_arguments(action, saved))
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
            planned = terraform.plan(plan, on_progress, *options, *_arguments(action, None))
        if not planned:
            return Changes()
        if not prompt.approve(environment, action, planned):
            raise LabError(f"Nothing was changed in {environment}.", "The plan was not approved.")
        with working(f"{action.capitalize()} of {environment}") as on_progress:
            return terraform.apply(plan, on_progress)


def _arguments(action: str, saved: Path | None) -> list[str]:
    package_ = f"-var=functions_package={package.build()}"
    if saved and action == "apply":
        return ["-input=false", str(saved.resolve())]
    return [package_, f"-out={saved.resolve()}"] if saved and action == "plan" else [package_]


def _follow_up(action: str, target: Target) -> Inspection | None:
    """Creates or deletes what is not in the state: the API key, and the key of tokens."""
    if action == "apply":
        token_keys.ensure(target)
        api_key.ensure(target)
    if action != "destroy":
        return None
    token_keys.delete(target)
    api_key.delete(target)
    leftovers.delete_stray_log_groups(target)
    return leftovers.require_none(target)
