"""A real AWS account: who we are there, where the state is, and what may be done to it."""

from lab.deploy.account.backend import give_roles_to, prepare, require_suffix
from lab.deploy.account.guards import Ask
from lab.deploy.account.identity import Identity, identify
from lab.deploy.account.operations import ACTIONS, operate
from lab.deploy.account.settings import BackendSettings

__all__ = [
    "ACTIONS",
    "Ask",
    "BackendSettings",
    "Identity",
    "give_roles_to",
    "identify",
    "operate",
    "prepare",
    "require_suffix",
]
