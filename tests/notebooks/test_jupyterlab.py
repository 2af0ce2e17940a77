"""`lab notebooks` serves the learner's copies, on this machine and to its token only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import httpx
import psutil
import pytest

from lab.core import paths, ports
from lab.lessons import notebook_files
from tests.deployed_shop import DeployedShop
from tests.file_modes import open_to_others
from tests.listening import addresses
from tests.waiting import eventually

TOKEN = "a-token-of-this-test"
STARTED_S = 90


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's home of this learner."""
    return tmp_path_factory.mktemp("learner")


@pytest.fixture(scope="module")
def jupyter(shop: DeployedShop, home: Path) -> Iterator[str]:
    """The address of JupyterLab, started as a learner starts it."""
    port = ports.any_free()
    environment = {**os.environ, "LAB_HOME": str(home), "JUPYTER_TOKEN": TOKEN}
    command = [str(Path(sys.executable).parent / "lab"), "notebooks", "--no-browser"]
    with (home / "jupyter.log").open("wb") as log:
        started = subprocess.Popen(
            [*command, f"--port={port}"], cwd=paths.ROOT, env=environment, stderr=log, stdout=log
        )
    address = f"http://127.0.0.1:{port}"
    eventually(lambda: answers(f"{address}/api"), "answer of JupyterLab", STARTED_S)
    yield address
    ended = psutil.Process(started.pid).children(recursive=True)
    started.kill()
    started.wait()
    psutil.wait_procs([child for child in ended if not child.kill()])


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def get(address: str, path: str, token: str = TOKEN) -> httpx.Response:
    headers = {"Authorization": f"token {token}"} if token else {}
    return httpx.get(f"{address}{path}", headers=headers, trust_env=False)


def test_asked_for_again_it_is_shown_and_no_second_one_started(jupyter: str, home: Path) -> None:
    environment = {**os.environ, "LAB_HOME": str(home)}
    command = [str(Path(sys.executable).parent / "lab"), "notebooks", "--no-browser"]
    again = subprocess.run(
        command, env=environment, cwd=paths.ROOT, capture_output=True, text=True, timeout=STARTED_S
    )

    assert again.returncode == 0, again.stderr
    port = jupyter.rpartition(":")[2]
    assert re.search(rf"http://\S+:{port}/lab/tree/00_welcome\.ipynb\?token={TOKEN}", again.stdout)


def test_it_opens_for_its_token_only(jupyter: str) -> None:
    codes = [get(jupyter, "/api/contents", token).status_code for token in ("", "guess", TOKEN)]
    assert codes == [403, 403, 200]


def test_it_serves_every_lesson_without_its_solutions(jupyter: str) -> None:
    listed = {entry["name"] for entry in get(jupyter, "/api/contents").json()["content"]}
    assert {book.path.name for book in notebook_files.all_lessons()} <= listed
    copy = get(jupyter, "/api/contents/00_welcome.ipynb").json()["content"]
    assert not any(notebook_files.tagged(cell, "solution") for cell in copy["cells"])


def test_the_pictures_of_a_lesson_are_served_too(jupyter: str) -> None:
    picture = get(jupyter, "/files/docs/architecture.svg")
    assert picture.status_code == 200
    assert "<svg" in picture.text


def test_what_a_link_leads_to_elsewhere_is_not_served(jupyter: str, home: Path) -> None:
    outside = home / "outside.svg"
    outside.write_text("<svg/>")
    (home / "lessons" / "own.svg").write_text("<svg/>")
    (home / "lessons" / "stolen.svg").symlink_to(outside)

    codes = [get(jupyter, f"/files/{name}.svg").status_code for name in ("own", "stolen")]

    assert codes == [200, 403]


def test_its_kernel_is_this_lab_s_own(jupyter: str) -> None:
    specs = get(jupyter, "/api/kernelspecs").json()
    assert specs["default"] == "python3"
    directory = specs["kernelspecs"]["python3"]["spec"]["argv"][0]
    assert Path(directory).name.startswith("python")


@pytest.fixture(scope="module")
def kernel(jupyter: str) -> None:
    """A running kernel, as for an opened lesson."""
    headers = {"Authorization": f"token {TOKEN}"}
    httpx.post(f"{jupyter}/api/kernels", headers=headers, trust_env=False).raise_for_status()


@pytest.mark.usefixtures("kernel")
def test_it_and_its_kernels_listen_on_the_loopback_address_only(jupyter: str) -> None:
    def listening() -> dict[tuple[str, int], str]:
        return addresses(psutil.Process())

    eventually(lambda: "ipykernel" in str(listening()), "listening kernel", STARTED_S)

    assert int(jupyter.rpartition(":")[2]) in {port for _, port in listening()}
    assert [where for where in listening() if not ip_address(where[0]).is_loopback] == []


@pytest.mark.usefixtures("kernel")
def test_its_token_and_what_is_typed_stay_in_the_home_for_its_owner(home: Path) -> None:
    def has(pattern: str) -> bool:
        return any(home.glob(pattern))

    for pattern in ("jupyter/jpserver-*.json", "jupyter/kernel-*.json", "ipython/profile_default"):
        eventually(lambda pattern=pattern: has(pattern), pattern, STARTED_S)
    assert open_to_others(home / "jupyter") + open_to_others(home / "ipython") == []
