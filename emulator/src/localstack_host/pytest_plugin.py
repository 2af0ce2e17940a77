"""A pytest fixture: an emulator for the test session, with the environment that boto3 needs.

    def test_orders_are_stored(localstack: str) -> None:
        dynamodb = boto3.client("dynamodb", endpoint_url=localstack)

With AWS_ENDPOINT_URL set, the tests run on the emulator at that address instead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

from localstack_host.host import ports, process
from localstack_host.host.paths import HOME_VARIABLE
from localstack_host.host.settings import STATE

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    # Of the endpoint's host, as `sync-` of StartSyncExecution: DNS has no sync-localhost.
    "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
}


@pytest.fixture(scope="session")
def localstack() -> Iterator[str]:
    """The URL of an emulator that ends with the session, even if that is killed."""
    if given := os.environ.get(ENDPOINT_VARIABLE):
        yield given
        return
    home = tempfile.mkdtemp(prefix="localstack-host-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, home)
        try:
            with pytest.MonkeyPatch.context() as starting:
                starting.setenv(STATE.variable, "off")  # nobody will load it
                url = process.start(ports.any_free(), owner=os.getpid()).endpoint
            for name, value in (VARIABLES | {ENDPOINT_VARIABLE: url}).items():
                patch.setenv(name, value)
            yield url
        finally:
            process.stop()
            shutil.rmtree(home, ignore_errors=True)
