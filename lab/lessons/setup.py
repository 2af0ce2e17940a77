"""Finds or starts the lab: emulator, infrastructure, seed."""

from __future__ import annotations

from botocore.exceptions import ClientError

from lab import seed
from lab.core import run_state, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target, configured_endpoint
from lab.deploy import terraform
from lab.deploy.deployment_cache import starting
from lab.shop import shop_client, tokens


def ready(on_progress: Progress) -> Target:
    """The environment dev, running, deployed and seeded. Calls `say` with progress messages.

    If AWS_ENDPOINT_URL is set, uses that endpoint, and only deploys and seeds what is missing.
    Raises LabError if the lab cannot be started.
    """
    watchdog.space("the lessons")
    target = Target("dev", configured_endpoint() or _emulator(on_progress))
    watchdog.emulator(target.endpoint)
    if not is_deployed(target):
        on_progress(
            "Building the checkout with Terraform: one to two minutes, the first time only."
        )
        terraform.deploy(target, options=terraform.Options(cache=True, trust_state=True))
        on_progress("Loading products and stock.")
        seed.load(target)
    return target


def _emulator(on_progress: Progress) -> str:
    running = run_state.load()
    if running is not None and running.runs():
        return running.endpoint
    on_progress("Starting the emulator: a few seconds.")
    return starting.start("dev", None, on_progress).endpoint


def is_deployed(target: Target) -> bool:
    """Whether the checkout is deployed, with its API, its settings and products."""
    try:
        shop_client.base_url(target)
        tokens.read_settings(target)
        page = target.client("dynamodb").scan(TableName=target.table("products"), Limit=1)
    except (LabError, ClientError):
        return False
    return bool(page["Items"])
