"""The lab's commands in other people's environments: none of them gets to the emulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.core import ports
from lab.operate import audit
from tests.deployed_shop import DeployedShop
from tests.environments import BROKEN, DEAD, ENVIRONMENTS, EVERYTHING, Environment, spellings
from tests.exhaustive import all_but

LAB = Path(sys.executable).parent / "lab"
SIDE_BY_SIDE = 3
# One process runs them all, because starting one takes longer than what it does.
LOOKS = [
    ["--help"],
    ["url"],
    ["orders"],
    ["mail"],
    ["iam"],
    ["status"],
    ["env"],
]
UNWELL = {"status"}  # other tests' alarms may ring
RUN_ALL = """
import json, sys

from lab.__main__ import main

looks = json.loads(sys.argv[1])
for look in looks:
    sys.argv = ["lab", *look]
    try:
        main()
    except SystemExit as ended:
        sys.stdout.flush(), sys.stderr.flush()
        print(f"<{look[0]} ended with {ended.code or 0}>", flush=True)
"""
CLEAN = ("PATH", "LAB_HOME", "TMPDIR", "LAB_TF_MIRROR", "AWS_ENDPOINT_URL")


@dataclass(frozen=True)
class Said:
    """What a program printed, and how it ended."""

    code: int
    text: str


def _base(shop: DeployedShop, folder: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in CLEAN if name in os.environ}
    return kept | {"HOME": str(home), "AWS_ENDPOINT_URL": str(shop.target.endpoint)}


def _run(command: Sequence[str], variables: Mapping[str, str], timeout_s: float = 120) -> Said:
    done = subprocess.run(
        command,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=timeout_s,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(errors="replace"))


def _looks(environment: Environment, base: Mapping[str, str], folder: Path) -> Said:
    # From a file, so that the folder of the sources is not where Python finds the lab.
    program = folder / "run_all.py"
    folder.mkdir(parents=True, exist_ok=True)
    program.write_text(RUN_ALL)
    return _run(
        [sys.executable, str(program), json.dumps(LOOKS)], environment.prepared(base, folder)
    )


@pytest.fixture(scope="module")
def looked(shop: DeployedShop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """What the looking commands say in each environment, run side by side."""
    folder = tmp_path_factory.mktemp("environments")
    base = _base(shop, folder)
    all_of_them = [*ENVIRONMENTS, *spellings(str(shop.target.endpoint))]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        said = pool.map(
            lambda one: _looks(one[1], base, folder / str(one[0])), enumerate(all_of_them)
        )
    return {environment.name: found for environment, found in zip(all_of_them, said, strict=True)}


NAMES = [one.name for one in [*ENVIRONMENTS, *spellings("http://localhost:1")]]


@pytest.mark.exhaustive
@pytest.mark.timeout(900)  # the first of them runs all
@pytest.mark.parametrize("name", NAMES)
def test_every_look_works_in_the_environment(looked: dict[str, Said], name: str) -> None:
    said = looked[name]
    for look in LOOKS:
        allowed = ("0", "1") if look[0] in UNWELL else ("0",)
        assert any(f"<{look[0]} ended with {code}>" in said.text for code in allowed), said.text
    assert "Usage:" in said.text
    assert "Traceback" not in said.text
    assert "bug of the lab" not in said.text


@pytest.mark.exhaustive
def test_orders_are_placed_stocked_and_audited_whatever_is_set(
    shop: DeployedShop, tmp_path: Path
) -> None:
    variables = Environment("all", EVERYTHING, {"config": BROKEN}).prepared(
        _base(shop, tmp_path), tmp_path / "all"
    )
    for arguments in (["seed"], ["checkout"], ["alarms"], ["cost", "dev", "--stored"]):
        said = _run([str(LAB), *arguments], variables)
        assert "Traceback" not in said.text, said.text
        assert said.code == 0 or arguments == ["alarms"], said.text
    assert audit.run(shop.target, settle_s=60).clean


def test_a_backup_is_made_and_restored_whatever_is_set(shop: DeployedShop, tmp_path: Path) -> None:
    """And found again in between."""
    variables = Environment("all", EVERYTHING, {"config": BROKEN}).prepared(
        _base(shop, tmp_path), tmp_path / "all"
    )
    for arguments in (
        ["backup", "--json"],
        ["backup", "--list"],
        ["restore", "--replace", "--yes", "--json"],
    ):
        said = _run([str(LAB), *arguments], variables)
        assert "Traceback" not in said.text, said.text
        assert said.code == 0, said.text
    assert audit.run(shop.target, settle_s=60).clean


@pytest.mark.parametrize(
    ("arguments", "more", "code", "told"),
    [
        (["restore"], {}, 1, "dev has data in products"),
        (["restore", "dev", "2000-01-01T00-00-00Z"], {}, 1, "lab backup dev --list"),
        (["restore", "dev", ""], {}, 2, "is empty"),
        (["restore", "--from", "s3://x"], {}, 2, "is not the name of a bucket"),
        (["restore", "--replace"], {}, 2, "--yes"),
        (["restore", "staging"], {}, 1, "There is no table"),
        (["restore", "moon"], {}, 2, "There is no environment 'moon'"),
        (["restore"], {"AWS_ENDPOINT_URL": DEAD}, 1, "the emulator is not running"),
        (["restore"], {"AWS_ENDPOINT_URL": "nowhere"}, 2, "AWS_ENDPOINT_URL is 'nowhere'"),
        (["restore"], {"LAB_HOME": "/etc/hostname"}, 1, "dev has data in products"),
        (["backup", "--to", "Bad Bucket"], {}, 2, "is not the name of a bucket"),
        (["backup", "--suffix", "-pitr"], {}, 1, "There is no table"),
        (["backup"], {"LAB_HOME": "/etc/hostname"}, 0, "dev is backed up"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else None,
)
def test_a_mistake_with_a_backup_is_told_in_a_sentence(
    shop: DeployedShop,
    tmp_path: Path,
    arguments: list[str],
    more: dict[str, str],
    code: int,
    told: str,
) -> None:
    variables = Environment("all", {**EVERYTHING, **more}, {"config": BROKEN}).prepared(
        _base(shop, tmp_path), tmp_path / "all"
    )
    said = _run([str(LAB), *arguments], variables)
    assert (said.code, told in " ".join(said.text.split())) == (code, True), said.text
    assert "bug of the lab" not in said.text


@pytest.mark.exhaustive
def test_terraform_deploys_the_same_whatever_is_set(shop: DeployedShop, tmp_path: Path) -> None:
    variables = Environment("all", EVERYTHING, {"config": BROKEN}).prepared(
        _base(shop, tmp_path), tmp_path / "all"
    )

    said = _run([str(LAB), "deploy", "--json"], variables, timeout_s=300)

    assert said.code == 0, said.text
    result: dict[str, Any] = json.loads(said.text[said.text.index("{") :])
    assert result["added"] == result["destroyed"] == 0


@pytest.mark.parametrize("by", all_but("option".__eq__, ["option", "variable"]))
def test_an_emulator_starts_and_stops_on_the_port_that_is_wanted(tmp_path: Path, by: str) -> None:
    port = ports.any_free()
    everything = {name: v for name, v in EVERYTHING.items() if not name.startswith("LAB_")}
    base = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LAB_HOME": str(tmp_path / "lab")}
    base |= {"LAB_PORT": str(port)} if by == "variable" else {}
    variables = Environment("all", everything, {"config": BROKEN}).prepared(base, tmp_path / "all")
    wanted = ["--port", str(port)] if by == "option" else []
    try:
        started = _run([str(LAB), "up", *wanted], variables)
        seen = _run([str(LAB), "url"], variables)
    finally:
        stopped = _run([str(LAB), "down"], variables)
    assert (started.code, stopped.code) == (0, 0), started.text
    assert f"http://localhost:{port}" in started.text
    assert f"http://localhost:{port}" in seen.text  # it says that nothing is deployed there
