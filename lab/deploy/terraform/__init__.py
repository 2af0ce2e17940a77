"""Deploys an environment of the checkout to the emulator, and destroys it.

Terraform runs through tflocal on a copy of the sources in the lab's home, so that nothing is
written beside them and two labs do not interfere. On the real AWS the same configuration is applied
with plain `terraform`.
"""

from lab.deploy.terraform.deployment import (
    DeployResult,
    DestroyResult,
    Options,
    deploy,
    destroy,
    plan_is_clean,
)
from lab.deploy.terraform.provider import provider_mirror

__all__ = [
    "DeployResult",
    "DestroyResult",
    "Options",
    "deploy",
    "destroy",
    "plan_is_clean",
    "provider_mirror",
]
