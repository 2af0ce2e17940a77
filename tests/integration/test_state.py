"""The lab keeps its state, goes back to snapshots, and restores what it has deployed before."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab.core import paths, ports
from lab.deploy.deployment_cache import contents
from lab.deploy.terraform.state import State
from lab.deploy.terraform.workspace import Workspace
from lab.shop import token_keys
from tests.own_lab import Lab
from tests.waiting import wait_for

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(600)]
SAVED_WITHIN = timedelta(seconds=3)


def place(lab: Lab) -> str:
    """Places an order, which must be confirmed, and waits for its mail; returns its id."""
    order = lab.answer("checkout", "--customer", "ada")["order"]
    assert order["status"] == "CONFIRMED"
    name = str(order["orderId"])
    wait_for(lambda: name in json.dumps(lab.answer("mail")), "there was no mail")
    return name


def orders(lab: Lab) -> set[str]:
    return {row["order_id"] for row in lab.answer("orders")}


def up(lab: Lab, *options: str) -> str:
    return lab.run("up", "--port", str(lab.port), *options)


def kill(lab: Lab) -> None:
    os.kill(json.loads((lab.home / "emulator.json").read_text())["pid"], signal.SIGKILL)


def published(lab: Lab) -> list[token_keys.Jwk]:
    return token_keys.published(lab.target)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab with the checkout, deployed by Terraform and stocked."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: the checkout cannot be deployed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        lab = Lab(tmp_path_factory.mktemp("lab") / "home", ports.any_free())
        up(lab)
        assert contents.is_empty(lab.target.endpoint or "")
        deployed = lab.answer("deploy", "--verify")
        assert (deployed["restored_from"], deployed["verified"]) == ("", True)
        lab.run("seed")
        yield lab
        lab.run("down")


def test_orders_are_there_after_a_stop_and_after_a_kill(lab: Lab) -> None:
    first = place(lab)
    assert "Its state is kept" in lab.run("down")
    assert "Everything is as it was on" in up(lab)
    assert orders(lab) >= {first}

    second, placed_at = place(lab), datetime.now(UTC)
    wait_for(lambda: datetime.now(UTC) > placed_at + SAVED_WITHIN, "")
    kill(lab)
    up(lab)

    third = place(lab)
    assert orders(lab) >= {first, second, third}
    lab.run("audit")


def test_a_state_that_terraform_could_not_store_is_stored_by_the_next_deploy(lab: Lab) -> None:
    stored, s3 = State.of(lab.target), lab.target.client("s3")
    where = {"Bucket": stored.bucket, "Key": stored.key}
    unsaved = Workspace("dev").unsaved.relative_to(paths.home())

    def serial() -> int:
        return int(json.loads(s3.get_object(**where)["Body"].read())["serial"])

    def leave(number: int) -> None:
        state = json.loads(s3.get_object(**where)["Body"].read()) | {"serial": number}
        (lab.home / unsaved).write_text(json.dumps(state))

    newer = serial() + 5
    leave(newer)
    lab.run("deploy", "--no-cache")
    assert serial() >= newer
    assert not (lab.home / unsaved).exists()

    leave(1)
    lab.run("deploy", "--no-cache")
    assert serial() >= newer
    assert not (lab.home / unsaved).exists()
    assert list((lab.home / "kept" / "terraform").glob("errored.*"))


def test_a_snapshot_that_is_loaded_brings_back_the_older_state(lab: Lab) -> None:
    before = place(lab)
    lab.run("save", "noon")
    after = place(lab)

    assert "before-load" in lab.run("load", "noon")

    assert before in orders(lab)
    assert after not in orders(lab)
    assert after not in json.dumps(lab.answer("mail"))
    place(lab)
    lab.run("audit")
    lab.run("load", "before-load")
    assert orders(lab) >= {before, after}
    lab.run("audit")


def test_the_next_empty_emulator_gets_the_deployment_that_terraform_made(
    lab: Lab, tmp_path: Path
) -> None:
    other = Lab(tmp_path / "other", ports.any_free())
    up(other)
    try:
        deployed = other.answer("deploy", "--verify")
        assert deployed["restored_from"]
        assert deployed["verified"]  # a plan on another port, in another home, is empty
        assert deployed["added"] == State.of(lab.target).count()
        assert not contents.others(other.target)
        assert len(published(lab)) == len(published(other)) == 1
        assert published(other) != published(lab)
        other.run("seed")
        place(other)
        other.run("audit")
        assert "nothing remains" in other.run("destroy", "--yes")
    finally:
        other.run("down")


def test_a_shop_that_is_exported_sells_on_in_another_lab(lab: Lab, tmp_path: Path) -> None:
    """As an instructor gives it to a class: a file, another home, another port."""
    before, file = place(lab), tmp_path / "shop.tar.gz"
    lab.run("save", "given")
    lab.run("snapshots", "export", "given", str(file))
    given = (orders(lab), lab.answer("mail"))
    after = place(lab)
    other = Lab(tmp_path / "other", ports.any_free())
    other.run("snapshots", "import", str(file))
    up(other)
    try:
        other.run("load", "shop")  # as the file is named

        assert (orders(other), other.answer("mail")) == given
        assert before in given[0]
        assert after not in given[0]
        own = place(other)
        assert own not in orders(lab)
        other.run("audit")
        deployed = other.answer("deploy")
        assert deployed["added"] == deployed["destroyed"] == 0
        assert "nothing remains" in other.run("destroy", "--yes")
    finally:
        other.run("down")


def test_without_states_and_logs_nothing_of_an_order_is_left(lab: Lab) -> None:
    order = place(lab)
    lab.run("save", "left")
    lab.run("down")
    try:
        for name in ("state", "snapshots"):
            shutil.rmtree(lab.home / name)
        for log in lab.home.glob("emulator.log*"):  # it names orders
            log.unlink()
        files = [file for file in lab.home.rglob("*") if file.is_file()]
        assert [file for file in files if order.encode() in file.read_bytes()] == []
    finally:
        up(lab)
