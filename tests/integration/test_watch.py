"""`lab watch` on the emulator: a saved change is what the next invocation runs."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import pytest

from lab.core import paths
from lab.core.target import Target
from lab.deploy import code_swap, hot_reload, package
from lab.deploy.hot_reload import Rejection, Reload
from tests.cloud import Cloud
from tests.waiting import wait_for

HANDLER = "from shared import word\n\ndef handle(event, context):\n    return [word.WORD, {0!r}]\n"
NAMES = ("left", "right")


class Shop:
    """Two small functions with a library, deployed as Terraform deploys the checkout's."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        self.target = Target(f"watch{uuid.uuid4().hex[:6]}", cloud.endpoint)
        self.word("first")
        for name in NAMES:
            self.save(f"{name}/handler.py", HANDLER.format(1))

    def save(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def word(self, word: str) -> None:
        self.save("shared/word.py", f"WORD = {word!r}\n")

    def deploy(self) -> None:
        code, bucket = package.build(), f"{self.target.named('code')}-000000000000"
        region = {"LocationConstraint": self.target.region}
        self.target.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=region)
        for name in NAMES:
            self._create(self.target.named(name), f"{name}.handler.handle", code.read_bytes())

    def _create(self, name: str, handler: str, code: bytes) -> None:
        client = self.cloud.client("lambda")
        client.create_function(
            FunctionName=name,
            Role=self.cloud.role(),
            Runtime="python3.13",
            Handler=handler,
            Timeout=10,
            Code={"ZipFile": code},
            Publish=True,
        )
        self.cloud.functions.append(name)
        wait_for(lambda: self.cloud.state(name)["State"] == "Active", "it stays Pending")
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    def answer(self, name: str) -> object:
        return self.cloud.invoke(f"{self.target.named(name)}:live").payload

    def versions(self, name: str) -> list[str]:
        client = self.cloud.client("lambda")
        listed = client.list_versions_by_function(FunctionName=self.target.named(name))
        return [version["Version"] for version in listed["Versions"]]


@pytest.fixture
def cloud(endpoint: str) -> Iterator[Cloud]:
    cloud = Cloud(endpoint)
    yield cloud
    cloud.remove()


@pytest.fixture
def shop(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths, "FUNCTIONS", tmp_path / "functions")
    shop = Shop(cloud, tmp_path / "functions")
    shop.deploy()
    return shop


@pytest.fixture
def outcomes(shop: Shop) -> Iterator[SimpleQueue[Reload | Rejection]]:
    """What the watch says, while it runs. A first change of its own shows that it watches."""
    said: SimpleQueue[Reload | Rejection] = SimpleQueue()
    stop = Event()

    def follow() -> None:
        for outcome in hot_reload.watch(shop.target, stop):
            said.put(outcome)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(follow)
        try:
            shop.word("second")
            said.get(timeout=20)
            yield said
        finally:
            stop.set()
        running.result()


def test_a_saved_change_answers_in_less_than_two_seconds(
    shop: Shop, outcomes: SimpleQueue[Reload | Rejection]
) -> None:
    """The best of three: other programs may want the processors too."""
    took = []
    for number in range(3):
        began = time.monotonic()
        shop.save("left/handler.py", HANDLER.format(f"change {number}"))
        said = outcomes.get(timeout=20)
        assert shop.answer("left") == ["second", f"change {number}"]
        took.append(time.monotonic() - began)
        assert isinstance(said, Reload)
        assert said.functions == ("left",)
    assert min(took) < 2
    assert shop.answer("right") == ["second", 1]


def test_a_change_of_the_library_comes_to_all_functions(
    shop: Shop, outcomes: SimpleQueue[Reload | Rejection]
) -> None:
    shop.word("third")
    said = outcomes.get(timeout=20)
    assert isinstance(said, Reload)
    assert said.functions == NAMES
    assert [shop.answer(name) for name in NAMES] == [["third", 1], ["third", 1]]


def test_a_syntax_error_leaves_the_old_code_where_it_is(
    shop: Shop, outcomes: SimpleQueue[Reload | Rejection]
) -> None:
    shop.save("left/handler.py", "def handle(:\n")
    said = outcomes.get(timeout=20)
    assert isinstance(said, Rejection)
    assert said.error.message == "functions/left/handler.py:1: invalid syntax"
    assert shop.answer("left") == ["second", 1]


def test_versions_do_not_pile_up_and_the_first_one_stays(shop: Shop) -> None:
    """The first is Terraform's. The others can be reached no more once the alias has moved on."""
    for word in ("one", "two", "three"):
        shop.word(word)
        assert code_swap.publish(shop.target, package.build(), NAMES) == NAMES
    assert code_swap.publish(shop.target, package.build(), NAMES) == ()
    wait_for(lambda: shop.versions("left") == ["$LATEST", "1", "4"], "versions pile up")
    assert shop.answer("left") == ["three", 1]


def test_the_object_that_terraform_stored_keeps_its_tags(shop: Shop) -> None:
    """Without them, the next plan would change it."""
    first = package.build()
    code, s3 = code_swap.Code.of(shop.target, first), shop.target.client("s3")
    where = {"Bucket": code.bucket, "Key": code.key}
    s3.put_object(**where, Body=first.read_bytes(), Tagging="Project=checkout")

    code.upload(first)

    assert s3.get_object_tagging(**where)["TagSet"] == [{"Key": "Project", "Value": "checkout"}]
