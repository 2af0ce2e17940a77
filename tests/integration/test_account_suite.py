"""`pytest tests/e2e --aws ENV` on what a plain apply makes: only the endpoint is not AWS's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from lab.core import paths, tables
from lab.core.target import Target
from tests import in_an_account, plain_apply

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]

TABLES = ("products", "inventory", "orders", "payments", "reservations", "idempotency")


@pytest.fixture(scope="module")
def deployed(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed")
    with plain_apply.somebody(endpoint, tmp_path_factory.mktemp("plain")) as identity:
        yield plain_apply.apply(identity)


def run(*arguments: str, endpoint: str = "http://127.0.0.1:1") -> subprocess.CompletedProcess[str]:
    """Runs the suite as somebody who has credentials, and nothing else."""
    own = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{urlsplit(endpoint).port}",
        "AWS_ACCESS_KEY_ID": plain_apply.ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/e2e",
        *arguments,
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    environment = os.environ | own
    return subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True)


def test_the_suite_passes_and_leaves_no_row(deployed: Target) -> None:
    ended = run("--aws", "dev", "-v", endpoint=str(deployed.endpoint))

    assert ended.returncode == 0, ended.stdout[-10_000:] + ended.stderr[-2_000:]
    assert in_an_account.announcement("dev") in ended.stdout
    assert {name: rows for name in TABLES if (rows := rows_of(deployed, name))} == {}


def rows_of(target: Target, table: str) -> list[object]:
    rows: list[object] = tables.resource(target).Table(target.table(table)).scan()["Items"]
    return rows


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--aws", "prod"], "--orders-in-prod"),
        (["--aws", "live"], "there is no such environment"),
    ],
)
def test_prod_wants_a_second_word_and_no_other_environment_is_guessed(
    arguments: list[str], says: str
) -> None:
    ended = run(*arguments)

    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert says in ended.stderr


def test_no_more_is_done_than_was_said() -> None:
    meter = in_an_account.Meter(orders=in_an_account.MOST_ORDERS)
    with pytest.raises(in_an_account.TooMuch):
        meter.count(httpx.Request("POST", "https://api.example/dev/checkout"))
    meter = in_an_account.Meter(requests=in_an_account.MOST_REQUESTS)
    with pytest.raises(in_an_account.TooMuch):
        meter.count(httpx.Request("GET", "https://api.example/dev/health"))
    assert in_an_account.price_of("prod") < 0.10
