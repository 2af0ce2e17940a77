"""terraform/shop.json: what names the shop is there, once, and is checked when it is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest

from lab.core import naming, paths
from lab.core.errors import LabError
from lab.core.naming import Shop
from lab.core.target import Target
from lab.deploy.account import Identity
from lab.deploy.backup_store import bucket
from lab.deploy.terraform import leftovers
from tests.unit.conftest import NAMES

BOOKS = replace(
    NAMES, name="bookshop", project="books", table_prefix="books-", region="eu-central-1"
)
READERS = (
    "lab/**/*.py",
    "functions/**/*.py",
    "terraform/bootstrap/*.tf",
    "terraform/environments/*/*.tf*",
    "terraform/modules/*/*.tf",
    ".github/**/*.yml",
    "scripts/*",
    "tests/*.py",
)
"""Where a name of the shop could be written a second time and would be used."""

SAYINGS = re.compile(
    r'"""(?:.*?)"""|(?:^|\s)#[^\n]*|\n +(?:description|error_message) += [^\n]*', re.DOTALL
)
"""What only people read: docstrings, comments, and descriptions, which have examples in them."""


def written(tmp_path: Path, **changed: Any) -> Path:
    """A file like terraform/shop.json with other values; None takes a name out."""
    said = {name: value for name, value in (asdict(NAMES) | changed).items() if value is not None}
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(said))
    return file


def test_the_file_of_this_checkout_can_be_read() -> None:
    assert set(asdict(Shop.read(naming.FILE))) == {field.name for field in fields(Shop)}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"region": None}, "has no region"),
        ({"color": "red"}, "has a color"),
        ({"name": "Checkout"}, "says name is 'Checkout'"),
        ({"name": "a" * 21}, "says name is"),
        ({"project": "Books_"}, "says project is 'Books_'"),
        ({"region": "Ohio"}, "says region is 'Ohio'"),
        ({"currency": "euro"}, "says currency is 'euro'"),
        ({"owner": 7}, "says owner is 7"),
    ],
)
def test_a_name_that_is_missing_unknown_or_wrong_is_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(LabError) as caught:
        Shop.read(written(tmp_path, **changed))
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("text", [None, "{", "[]", "\xff"])
def test_a_file_that_is_none_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "shop.json"
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    with pytest.raises(LabError, match=r"shop\.json"):
        Shop.read(file)


def test_another_shop_has_other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "shop", lambda: BOOKS)
    target = Target("dev")

    assert (target.region, target.prefix) == ("eu-central-1", "bookshop-dev")
    assert target.named("notifier") == "bookshop-dev-notifier"
    assert target.table("orders") == "books-orders-dev"
    assert target.settings_path == "/bookshop/dev"
    assert Identity("1", "arn").region == "eu-central-1"
    assert BOOKS.state_bucket + "x" == "books-terraform-state-x"


@pytest.mark.parametrize(
    ("service", "name", "ours"),
    [
        ("dynamodb", "books-orders-dev", True),
        ("dynamodb", "orders-dev", False),
        ("lambda", "bookshop-dev-notifier", True),
        ("lambda", "checkout-dev-notifier", False),
        ("ssm", "/bookshop/dev/auth/key-set", True),
        ("ssm", "/checkout/dev/auth/key-set", False),
    ],
)
def test_what_is_left_of_one_shop_is_not_what_another_has(
    monkeypatch: pytest.MonkeyPatch, service: str, name: str, ours: bool
) -> None:
    monkeypatch.setattr(naming, "shop", lambda: BOOKS)

    assert leftovers.is_ours("dev", service, name) == ours


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("us-east-1", {}),
        ("eu-west-1", {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}),
    ],
)
def test_s3_is_not_told_of_the_region_that_it_takes_by_itself(
    region: str, said: dict[str, Any]
) -> None:
    assert bucket.in_region(region) == said


def literals() -> Iterator[tuple[str, str]]:
    """The files of `READERS`, without what only people read."""
    for pattern in READERS:
        for file in sorted(paths.ROOT.glob(pattern)):
            inside = file.relative_to(paths.ROOT).parts
            if inside == ("tests", "docs_commands.py") or file.name == "backend.tf":
                continue  # the first quotes what pages say, the second has a test of its own
            if file.is_file() and ".terraform" not in inside and "emulator" not in inside:
                yield "/".join(inside), SAYINGS.sub(" ", file.read_text("utf-8", "replace"))


@pytest.mark.parametrize(
    "name", ["project", "region", "lock_table", "metric_namespace", "token_issuer"]
)
def test_a_name_is_written_once(name: str) -> None:
    value = getattr(Shop.read(naming.FILE), name)
    found = [file for file, text in literals() if value in text]

    assert found == [], f"{value} is there, too; terraform/shop.json says {name}"


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_a_backend_block_which_can_read_no_file_names_the_same_region_and_lock_table(
    environment: str,
) -> None:
    """Without it `tflocal apply` by hand would change a state whose checksum `lab deploy` keeps."""
    block = (paths.TERRAFORM / "environments" / environment / "backend.tf").read_text()

    shop = Shop.read(naming.FILE)
    assert f'dynamodb_table = "{shop.lock_table}"' in block
    assert f'region         = "{shop.region}"' in block


def test_a_name_is_begun_in_one_place() -> None:
    """`checkout-dev-notifier` and `/checkout/dev` are made of the name by Target and modules."""
    made = re.compile(rf"[\"'/]{re.escape(Shop.read(naming.FILE).name)}[-/](?:\{{|\$|dev|prod)")
    found = [f"{file}: {hit[0]}" for file, text in literals() if (hit := made.search(text))]

    assert found == []
