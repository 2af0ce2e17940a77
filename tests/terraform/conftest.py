"""Terraform on a copy of the sources, so that nothing is written beside them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab.core import paths
from lab.deploy.terraform import provider
from lab.deploy.terraform.shared_provider import NONE, shared_provider

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs `terraform` with the arguments in a folder of the copy, such as modules/checkout."""
    if not shutil.which("terraform"):
        pytest.skip("Terraform is not installed")
    root = tmp_path_factory.mktemp("copy")
    # One download of the provider for all modules, where it comes from the network.
    plugins = root / "plugins"
    plugins.mkdir()
    own = {"TF_INPUT": "0", "TF_PLUGIN_CACHE_DIR": str(plugins)}
    environment = os.environ | provider.variables(root) | own
    _copy_sources(root)
    shared = NONE

    with ExitStack() as stack:

        def run(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
            nonlocal shared
            place = root / "terraform" / folder
            # One for all, since it only tells its schemas: the tests of modules mock it.
            if arguments[0] == "test" and shared is NONE:
                shared = stack.enter_context(shared_provider("test", place, environment))
            return subprocess.run(
                ["terraform", *arguments, "-no-color"],
                cwd=place,
                env=environment | (shared.variables if arguments[0] == "test" else {}),
                capture_output=True,
                text=True,
                check=False,
            )

        yield run


def _copy_sources(root: Path) -> None:
    ignored = shutil.ignore_patterns(
        ".terraform", "localstack_providers_override.tf", "account.auto.tfvars"
    )
    shutil.copytree(paths.TERRAFORM, root / "terraform", ignore=ignored)
    definition = Path("functions/checkout_api/openapi.json")
    (root / definition).parent.mkdir(parents=True)
    shutil.copy(paths.ROOT / definition, root / definition)
    # Modules and examples have no lock file of their own; without one, the newest provider would be
    # looked up.
    lock = root / "terraform" / "environments" / "dev" / ".terraform.lock.hcl"
    for main in [
        *root.glob("terraform/modules/*/main.tf"),
        *root.glob("terraform/examples/*/main.tf"),
    ]:
        shutil.copy(lock, main.parent)
