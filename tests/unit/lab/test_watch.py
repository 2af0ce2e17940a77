"""`lab watch`: which functions a change concerns, and what is not even Python."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from lab.core import paths
from lab.deploy import hot_reload
from lab.deploy.hot_reload import Rejection, Reload, Reloader


class Lambda:
    """Takes code as the functions would, and remembers for whom."""

    def __init__(self) -> None:
        self.published: list[tuple[str, ...]] = []

    def publish(self, package: Path, names: Iterable[str]) -> tuple[str, ...]:
        assert package.exists()
        self.published.append(tuple(names))
        return self.published[-1]


@pytest.fixture
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths, "FUNCTIONS", tmp_path / "functions")
    for name in ("checkout/rules.py", "cart_validator/handler.py", "notifier/handler.py"):
        file = paths.FUNCTIONS / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("answer = 42\n")
    return paths.FUNCTIONS


@pytest.fixture
def cloud() -> Lambda:
    return Lambda()


@pytest.fixture
def reloader(functions: Path, cloud: Lambda) -> Reloader:
    return Reloader(cloud.publish)


def test_a_change_in_a_functions_own_folder_is_its_own(
    reloader: Reloader, functions: Path, cloud: Lambda
) -> None:
    outcome = reloader.take([functions / "cart_validator/handler.py"])
    assert isinstance(outcome, Reload)
    assert outcome.functions == ("cart-validator",)
    assert outcome.seconds > 0
    assert cloud.published == [("cart-validator",)]


def test_a_change_in_the_shared_library_is_everybodys(
    reloader: Reloader, functions: Path, cloud: Lambda
) -> None:
    reloader.take([functions / "checkout/rules.py", functions / "notifier/handler.py"])
    assert cloud.published == [("cart-validator", "notifier")]


def test_a_file_that_was_deleted_is_a_change(
    reloader: Reloader, functions: Path, cloud: Lambda
) -> None:
    (functions / "checkout/rules.py").unlink()
    reloader.take([functions / "checkout/rules.py"])
    assert cloud.published == [("cart-validator", "notifier")]


@pytest.mark.parametrize("name", ["notifier/__pycache__/handler.pyc", "notifier/handler.py~"])
def test_what_does_not_belong_in_the_zip_is_no_change(
    reloader: Reloader, functions: Path, cloud: Lambda, name: str
) -> None:
    assert reloader.take([functions / name]) is None
    assert cloud.published == []


def test_a_file_that_is_not_python_is_refused_with_its_line(
    reloader: Reloader, functions: Path, cloud: Lambda
) -> None:
    broken = functions / "notifier/handler.py"
    broken.write_text("answer = 42\ndef broken(:\n")
    outcome = reloader.take([broken])
    assert isinstance(outcome, Rejection)
    assert outcome.error.message == "functions/notifier/handler.py:2: invalid syntax"
    assert cloud.published == []


def test_nothing_is_published_while_another_file_is_still_broken(
    reloader: Reloader, functions: Path, cloud: Lambda
) -> None:
    broken, sound = functions / "notifier/handler.py", functions / "cart_validator/handler.py"
    broken.write_text("def broken(:\n")
    reloader.take([broken])
    assert isinstance(reloader.take([sound]), Rejection)
    broken.write_text("answer = 43\n")
    reloader.take([broken])
    assert cloud.published == [("cart-validator", "notifier")]


def test_every_function_folder_is_known_by_its_name(functions: Path) -> None:
    assert hot_reload.affected_functions([functions / "checkout/rules.py"]) == (
        "cart-validator",
        "notifier",
    )
