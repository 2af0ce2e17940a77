"""Each of these tests twice: with permissions enforced, and without (`--no-iam`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localstack_host.host import ports, process
from tests.integration.conftest import Cloud
from tests.integration.unsigned.raw import Raw


@pytest.fixture(scope="package")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of an emulator that holds no role to its permissions."""
    home = str(tmp_path_factory.mktemp("lenient"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALSTACK_HOST_HOME", home)
        endpoint = process.start(ports.any_free(), iam=False).endpoint
    yield endpoint
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALSTACK_HOST_HOME", home)
        process.stop()


@pytest.fixture(params=["enforced", pytest.param("off", marks=pytest.mark.exhaustive)])
def cloud(request: pytest.FixtureRequest, endpoint: str) -> Iterator[Cloud]:
    enforced = request.param == "enforced"
    cloud = Cloud(endpoint if enforced else request.getfixturevalue("lenient"))
    yield cloud
    cloud.remove()


@pytest.fixture
def raw(cloud: Cloud) -> Raw:
    return Raw(cloud.endpoint)
