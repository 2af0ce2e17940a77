"""Hides Linux's features from LocalStack's process in portable mode."""

from __future__ import annotations

import logging

from localstack_host.host import linux_features
from localstack_host.localstack_api import on_infra_start

LOG = logging.getLogger(__name__)


def _is_on() -> bool:
    return not linux_features.available()


@on_infra_start(priority=100, should_load=_is_on)
def hide_linux_features() -> None:
    """The hook `localstack.hooks.on_infra_start`. Runs before the others."""
    linux_features.hide(LOG.error)
