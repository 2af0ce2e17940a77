"""Hides Linux's features from LocalStack's process in portable mode."""

from __future__ import annotations

import logging

from localstack_host.host import linux_features
from localstack_host.localstack_api import on_infra_start

LOG = logging.getLogger(__name__)
SECOND = 99
"""After what all hooks share, `performance.patches.FIRST`."""


def _is_on() -> bool:
    return not linux_features.available()


@on_infra_start(priority=SECOND, should_load=_is_on)
def hide_linux_features() -> None:
    """The hook `localstack.hooks.on_infra_start`. Runs before those that use such features."""
    linux_features.hide(LOG.error)
