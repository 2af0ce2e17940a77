"""The pipelines' roles in an account of the emulator: made, taken on, and their calls recorded.

The roles are those of terraform/modules/github-oidc, made by `lab backend --github acme/shop`. Here
nobody is GitHub, so their trust is changed to the account itself, and nothing else of them.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab import seed
from lab.core import naming, paths
from lab.core.environment_settings import settings_of
from lab.core.target import Target
from lab.deploy import account, package
from lab.deploy.account import Identity
from lab.deploy.account.terraform import Terraform
from lab.deploy.release.smoke import smoke
from lab.go_live import permissions
from lab.shop import api_key

ACCOUNT = "444455556666"
"""An account of its own: what others have applied would not be applied again."""

KEYS = {
    "AWS_ACCESS_KEY_ID": "AccessKeyId",
    "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
    "AWS_SESSION_TOKEN": "SessionToken",
}
REPOSITORY = "acme/shop"
NOT_HERE = "-var=storefront_distribution=false"
"""CloudFront is in no emulator here."""

PAGE = "https://shop.example/"
"""Where the page would be, to which customers come back after signing in."""

POOL_KEYS = resources.files("moto.cognitoidp") / "resources" / "jwks-public.json.gz"
ROOT = paths.ROOT
OF_WHO_ASKS = ("aws:principaltag/", "aws:resourcetag/")
CHOSEN = [
    re.compile(pattern)
    for pattern in (
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"[0-9a-f]{64}",  # of a package
        r"(?<=::/restapis/)[a-z0-9]+",
        r"(?<=/usageplans/)[a-z0-9]+",
        r"(?<=/apikeys/)[a-z0-9]+",
        r"(?<=:userpool/)[\w-]+",
        r"(?<=/deployments/)[a-z0-9]+",
        r"(?<=::/tags/).+",
    )
]


def make(owner: Identity, environments: list[str]) -> None:
    """Makes the backend and the roles, and lets the account take the roles on."""
    account.set_pipeline_repository(REPOSITORY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "ROOT", paths.TERRAFORM.parent)  # of the copy
        account.prepare(owner, ACCOUNT, environments, print)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            }
        ],
    }
    for name in (plan_role(), *(deploy_role(environment) for environment in environments)):
        owner.client("iam").update_assume_role_policy(
            RoleName=name, PolicyDocument=json.dumps(trust)
        )


def plan_role() -> str:
    return f"{naming.shop().name}-pipeline-plan"


def deploy_role(environment: str) -> str:
    return f"{naming.shop().name}-pipeline-deploy-{environment}"


@contextmanager
def acting_as(owner: Identity, role: str) -> Iterator[Identity]:
    """The identity of a role: programs that are started meanwhile have it, too."""
    assumed = owner.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="pipeline"
    )["Credentials"]
    with pytest.MonkeyPatch.context() as patch:
        for variable, name in KEYS.items():
            patch.setenv(variable, assumed[name])
        yield account.identify()


def apply(identity: Identity, environment: str, *settings: str) -> None:
    """What release.yml does: a plan is saved, and applied as it is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "terraform.plan"
        terraform = initialized(identity, environment)
        terraform.run("plan", f"-out={file}", *_variables(environment), *settings)
        terraform.run("apply", "-input=false", str(file))


def has_no_changes(identity: Identity, environment: str) -> str:
    """What plan.yml does, without a lock; the plan, unless it says that there is nothing to do."""
    terraform = initialized(identity, environment)
    said = terraform.output("plan", "-input=false", "-lock=false", *_variables(environment))
    return "" if "No changes." in said else said


def destroy(identity: Identity, environment: str) -> None:
    """Without protection, as docs/environments.md says, and then all of it."""
    settings = ("-var=deletion_protection=false",)
    terraform = initialized(identity, environment)
    variables = [*_variables(environment), *settings]
    terraform.run("apply", "-input=false", "-auto-approve", *variables)
    terraform.run("destroy", "-input=false", "-auto-approve", *variables)


def publish_keys(owner: Identity, environment: str) -> None:
    """Gives the functions the keys of moto's user pools, which they cannot fetch from AWS."""
    settings, ssm = f"{Target(environment).settings_path}/auth", owner.client("ssm")
    ssm.delete_parameter(Name=f"{settings}/key-set-url")
    keys = gzip.decompress(POOL_KEYS.read_bytes()).decode()
    ssm.put_parameter(Name=f"{settings}/key-set", Value=keys, Type="String")


def order(identity: Identity, environment: str) -> None:
    """What release.yml does with a version that few have yet: it orders, as test customers."""
    target = Target(environment, identity.endpoint, identity.region)
    api_key.ensure(target)
    seed.load(target)
    failed = [check for check in smoke(target, order=True) if not check.passed]
    assert not failed, failed
    command = [sys.executable, "-m", "pytest", "tests/e2e", "--aws", environment, "-q"]
    ended = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout[-10_000:] + ended.stderr[-2_000:]


def initialized(identity: Identity, environment: str) -> Terraform:
    terraform = Terraform(paths.TERRAFORM / "environments" / environment, identity)
    terraform.run("init", "-input=false", "-reconfigure", "-backend-config=backend.hcl")
    return terraform


def _variables(environment: str) -> list[str]:
    sign_in = settings_of(environment).get("sign_in")
    pool = json.dumps(sign_in | {"page_urls": [PAGE]}) if sign_in else "null"
    return [f"-var=functions_package={package.build()}", NOT_HERE, f"-var=sign_in={pool}"]


def require_terraform() -> None:
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed")


@contextmanager
def recording(endpoint: str) -> Iterator[list[dict[str, Any]]]:
    """The decisions about requests that are made meanwhile: filled in when the context ends."""
    found: list[dict[str, Any]] = []
    httpx.put(f"{endpoint}/_host/decisions", trust_env=False).raise_for_status()
    try:
        yield found
    finally:
        recorded = httpx.delete(f"{endpoint}/_host/decisions", trust_env=False, timeout=30).json()
        assert not recorded["full"]
        found += recorded["decisions"]


def needed(decisions: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was asked, by action, without what is different the next time: ids, and the account."""
    by_action: dict[str, dict[str, Any]] = {}
    for decision in decisions:
        entry = by_action.setdefault(decision["action"], {"resources": set(), "keys": {}})
        entry["resources"].add(general(decision["resource"]))
        for name, values in decision["keys"].items():
            if name == "aws:resourcetag/stack" or not name.startswith(OF_WHO_ASKS):
                entry["keys"].setdefault(name, sorted(general(value) for value in values))
    return {
        action: {"resources": sorted(e["resources"]), "keys": dict(sorted(e["keys"].items()))}
        for action, e in sorted(by_action.items())
    }


def general(text: str) -> str:
    """A text without ids that AWS chooses and without the number of the account."""
    for pattern in CHOSEN:
        text = pattern.sub("*", text)
    return text.replace(ACCOUNT, permissions.ACCOUNT)
