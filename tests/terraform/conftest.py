"""Terraform on a copy of the sources, so that nothing is written beside them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab.core import paths
from lab.deploy.terraform import provider

Run = Callable[..., subprocess.CompletedProcess[str]]
BINARY = ".terraform/providers/registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws_*"


@dataclass
class SharedProvider:
    """One process of the AWS provider for every `terraform test`, which only reads its schemas.

    All tests of modules mock the provider, so that nothing is configured in it. Terraform starts
    one for each `run` block otherwise: 12.6 s of processor time for the 18 of modules/lambda, in
    place of 1.7 s.
    """

    _process: subprocess.Popen[str] | None = None
    _variables: dict[str, str] = field(default_factory=dict)

    def variables(self, folder: Path) -> dict[str, str]:
        """The environment variables for Terraform in a folder after `init`."""
        if not self._process:
            self._start(next(folder.glob(BINARY)))
        return self._variables

    def _start(self, binary: Path) -> None:
        self._process = subprocess.Popen(
            [binary.resolve(), "-debug"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        for line in self._process.stdout:
            if found := re.search("TF_REATTACH_PROVIDERS='(.*)'", line):
                self._variables = {"TF_REATTACH_PROVIDERS": found[1]}
                return
        raise AssertionError(f"{binary} -debug ended with {self._process.wait()}")

    def stop(self) -> None:
        if self._process:
            with self._process as process:
                process.terminate()


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
    shared = SharedProvider()
    _copy_sources(root)

    def run(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        place = root / "terraform" / folder
        return subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=place,
            env=environment | (shared.variables(place) if arguments[0] == "test" else {}),
            capture_output=True,
            text=True,
            check=False,
        )

    yield run
    shared.stop()


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
