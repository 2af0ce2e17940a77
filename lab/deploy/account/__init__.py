"""A real AWS account: the caller's identity, the Terraform state, and the guards of operations."""

from lab.deploy.account.backend import prepare, require_suffix, set_pipeline_repository
from lab.deploy.account.guards import Prompt
from lab.deploy.account.identity import Identity, identify
from lab.deploy.account.operations import ACTIONS, operate
from lab.deploy.account.settings import BackendSettings

__all__ = [
    "ACTIONS",
    "BackendSettings",
    "Identity",
    "Prompt",
    "identify",
    "operate",
    "prepare",
    "require_suffix",
    "set_pipeline_repository",
]
