"""Ctrl-C at any moment, and two labs side by side: the next command works as ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lab.core import ports
from tests.exhaustive import all_but
from tests.own_lab import PATIENCE_S, Lab
from tests.waiting import wait_for, wait_until_gone

SOON_S = 30


@pytest.fixture
def new_lab(tmp_path: Path) -> Iterator[Callable[[str], Lab]]:
    labs: list[Lab] = []

    def make(name: str) -> Lab:
        labs.append(Lab(tmp_path / name, ports.any_free()))
        return labs[-1]

    yield make
    for lab in labs:
        lab.run("down")


def after(seconds: float) -> Callable[[], bool]:
    """Something that is so from then on."""
    moment = time.monotonic() + seconds
    return lambda: time.monotonic() >= moment


@pytest.mark.parametrize("seconds", all_but(lambda s: s == 1.0, [0.5, 1.0, 1.5, 2.0]))
def test_an_interrupted_up_leaves_a_free_port_and_can_be_repeated(
    new_lab: Callable[[str], Lab], seconds: float
) -> None:
    lab = new_lab("a")
    process = lab.start("up", "--port", str(lab.port))
    wait_for(after(seconds), "", 5)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE_S)
    if "runs at" in said or "is ready at" in said:  # the key came too late to undo it
        assert "already running" in lab.run("up", "--port", str(lab.port))
    else:
        wait_for(lambda: ports.is_free(lab.port), "something still listens")
    assert "at http://localhost" in lab.run("up", "--port", str(lab.port))


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
def test_an_interrupted_deploy_and_seed_can_be_repeated(new_lab: Callable[[str], Lab]) -> None:
    lab = new_lab("a")
    lab.run("up", "--port", str(lab.port))
    dynamodb = lab.target.client("dynamodb")

    lab.interrupt("deploy", "--no-cache", when=after(1.5))
    said = lab.interrupt(
        "deploy", "--no-cache", when=lambda: dynamodb.list_tables()["TableNames"][3:]
    )
    assert "Waiting until Terraform is done" in said
    assert "`lab deploy` does what is left" in said
    assert "dev is deployed" in lab.run("deploy", "--no-cache")

    # So many that the key meets a seed that still writes: 900 were once there at the first look.
    seed = ("seed", "--products", "9000")
    inventory = {"TableName": lab.target.table("inventory"), "Select": "COUNT"}
    said = lab.interrupt(*seed, when=lambda: dynamodb.scan(**inventory)["Count"])
    assert "`lab seed` writes the rest" in said
    lab.run(*seed)
    assert dynamodb.scan(**inventory)["Count"] == 9000
    lab.run("audit")
    assert "nothing remains" in lab.run("destroy", "--yes")


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
def test_a_deploy_ends_within_seconds_when_its_emulator_has_ended(
    new_lab: Callable[[str], Lab],
) -> None:
    lab = new_lab("a")
    lab.run("up", "--port", str(lab.port))
    emulator = json.loads((lab.home / "emulator.json").read_text())["pid"]
    dynamodb = lab.target.client("dynamodb")
    deploying, watching = lab.start("deploy", "--no-cache"), lab.start("release", "watch")
    wait_for(lambda: dynamodb.list_tables()["TableNames"][1:], "it made no tables", PATIENCE_S)

    os.kill(emulator, signal.SIGKILL)

    killed_at = time.monotonic()
    advice = {watching: "`lab up` starts it as it was", deploying: "`lab up --fresh` starts"}
    for process, advised in advice.items():
        said, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 1
        assert f"(pid {emulator})" in said
        assert advised in said
    assert time.monotonic() - killed_at < SOON_S
    lab.run("up", "--port", str(lab.port))
    assert (lab.home / "emulator.log.1").read_text()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of this size, mounted at the folder. Skips where nothing may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_nothing_is_begun_on_a_disk_that_is_too_small(new_lab: Callable[[str], Lab]) -> None:
    lab = new_lab("a")
    with small_disk(lab.home, "12m"):
        process = lab.start("up", "--port", str(lab.port))
        said, _ = process.communicate(timeout=SOON_S)
    assert process.returncode == 1
    assert "12.6 MB are free" in said


@pytest.mark.exhaustive
def test_a_disk_that_fills_up_ends_a_deploy_within_seconds(new_lab: Callable[[str], Lab]) -> None:
    lab = new_lab("a")
    with small_disk(lab.home, "60m"):
        lab.run("up", "--port", str(lab.port))
        process = lab.start("deploy", "--no-cache")
        log = lab.home / "terraform" / "dev.log"
        wait_for(lambda: process.poll() is not None or log.exists(), "it never came so far")
        with suppress(OSError), (lab.home / "fill").open("wb") as fill:
            fill.write(bytes(100_000_000))
        said, _ = process.communicate(timeout=SOON_S)
        (lab.home / "fill").unlink()
        lab.run("down")
    assert process.returncode == 1
    assert "no space left on the disk" in said


@pytest.mark.exhaustive
def test_an_interrupted_bench_leaves_nothing(new_lab: Callable[[str], Lab]) -> None:
    lab = new_lab("a")
    pids: list[int] = []

    def has_an_emulator() -> list[int]:
        records = lab.home.glob("bench-*/emulator.json")
        pids.extend(json.loads(file.read_text())["pid"] for file in records)
        return pids

    lab.interrupt("bench", when=has_an_emulator)

    assert pids
    wait_until_gone(pids)
    assert list(lab.home.glob("bench-*")) == []


@pytest.mark.exhaustive
def test_two_labs_side_by_side_do_not_see_each_other(new_lab: Callable[[str], Lab]) -> None:
    one, other = new_lab("a"), new_lab("b")
    for lab in (one, other):
        lab.run("up", "--port", str(lab.port))
    for lab in (one, other):
        s3 = lab.target.client("s3")
        where = {"LocationConstraint": lab.target.region}
        s3.create_bucket(Bucket="same-name", CreateBucketConfiguration=where)
        s3.put_object(Bucket="same-name", Key="port", Body=str(lab.port).encode())

    one.run("down")

    kept = other.target.client("s3").get_object(Bucket="same-name", Key="port")["Body"].read()
    assert kept.decode() == str(other.port)
    assert "already running" in other.run("up")
