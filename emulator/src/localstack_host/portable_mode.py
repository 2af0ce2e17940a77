"""Hides Linux's features from LocalStack's process in portable mode."""

from __future__ import annotations

import logging

from localstack_host.host import linux_features
from localstack_host.localstack_api import on_infra_start

EARLY = 99
"""The priority of a hook: after the one that must be the first, which reads files only."""
LOG = logging.getLogger(__name__)


def _is_on() -> bool:
    return not linux_features.available()


@on_infra_start(priority=EARLY, should_load=_is_on)
def hide_linux_features() -> None:
    """The hook `localstack.hooks.on_infra_start`. Runs before nearly all others."""
    linux_features.hide(LOG.error)
