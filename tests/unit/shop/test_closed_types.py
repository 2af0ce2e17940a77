"""Every kind of a closed type is dealt with wherever kinds are told apart."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from checkout import failure_switches
from checkout.adapters import item_mapping
from checkout.domain import mail, order, payment
from checkout.domain.errors import WrongRow
from checkout.domain.order import Fault, OrderStatus, RejectionCode
from checkout.domain.payment import EntryKind
from checkout.domain.promotions import PromotionKind
from lab.core import paths
from tests.builders import a_product, a_promotion, cart
from tests.contract.worlds import promotion_item
from tests.unit.shop.api import DOCUMENT
from tests.unit.shop.test_pricing import price

SCHEMA = json.loads((paths.SEED / "schema" / "promotions.schema.json").read_text("utf-8"))
PROMOTION = SCHEMA["properties"]["promotions"]["items"]
DISPATCHES = {
    "domain/promotions.py": 2,  # frees_shipping, discounts
    "adapters/item_mapping.py": 1,  # _terms
}
"""Files that tell kinds of promotions apart, and how often."""


class MoreKinds(StrEnum):
    """The kinds, and one that somebody added without handling it."""

    GIFT = "GIFT"


@pytest.mark.exhaustive
def test_a_promotion_kind_that_nobody_handles_does_not_type_check(tmp_path: Path) -> None:
    shutil.copytree(paths.FUNCTIONS / "checkout", tmp_path / "checkout")
    source = tmp_path / "checkout" / "domain" / "promotions.py"
    last = '    FREE_SHIPPING = "FREE_SHIPPING"\n'
    text = source.read_text("utf-8")
    assert text.count(last) == 1
    source.write_text(text.replace(last, f'{last}    GIFT = "GIFT"\n'), "utf-8")
    found = complaints(tmp_path)
    assert {name: found.count(name) for name in set(found)} == DISPATCHES


def complaints(folder: Path) -> list[str]:
    """The files of the checkout in which mypy finds an argument that is not `Never`."""
    options = ["--follow-imports=silent", "--ignore-missing-imports", "--no-incremental"]
    files = [str(folder / "checkout" / name) for name in DISPATCHES]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", *options, *files],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    pattern = r'^checkout/(\S+?):\d+: error: Argument 1 .* incompatible type .*GIFT.*"Never"'
    return re.findall(pattern, run.stdout, re.MULTILINE)


def test_no_other_file_tells_kinds_of_promotions_apart() -> None:
    """Who adds a file here adds it to `DISPATCHES`, and so lets mypy look at it."""
    sources = paths.FUNCTIONS.rglob("*.py")
    naming = {s for s in sources if re.search(r"PromotionKind\.[A-Z]", s.read_text("utf-8"))}
    folder = paths.FUNCTIONS / "checkout"
    assert {source.relative_to(folder).as_posix() for source in naming} == set(DISPATCHES)


def test_a_kind_that_only_the_enumeration_knows_is_a_wrong_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(item_mapping, "PromotionKind", with_gift(item_mapping.PromotionKind))
    with pytest.raises(WrongRow, match="GIFT"):
        item_mapping.promotion({**promotion_item(a_promotion()), "kind": "GIFT"})


def with_gift(kinds: Any) -> Any:
    """An enumeration with the members of another, by value, and GIFT."""
    return StrEnum("PromotionKind", {**{kind.name: kind.value for kind in kinds}, "GIFT": "GIFT"})


@pytest.mark.parametrize(
    "use", [lambda gift, _: gift.frees_shipping, lambda gift, lines: gift.discounts(lines)]
)
def test_a_kind_that_nobody_handles_takes_nothing_off_in_silence(use: Callable[..., Any]) -> None:
    gift: Any = a_promotion(kind=MoreKinds.GIFT)
    lines = price(cart(TEA=1), a_product()).lines
    with pytest.raises(AssertionError, match="GIFT"):
        use(gift, lines)


def test_the_seeds_schema_has_every_kind_and_says_what_each_needs() -> None:
    kinds = [kind.value for kind in PromotionKind]
    rules = [rule["if"]["properties"]["kind"]["const"] for rule in PROMOTION["allOf"]]
    assert sorted(PROMOTION["properties"]["kind"]["enum"]) == sorted(kinds)
    assert sorted(rules) == sorted(kinds)


ENUMS = {
    "failure switches": (Fault, failure_switches.FAULTS),
    "mails' subjects": ([s for s in OrderStatus if s is not OrderStatus.PENDING], mail.SUBJECTS),
    "mails' reasons": (RejectionCode, mail.REASONS),
    "rejections": (RejectionCode, order.REJECTIONS.values()),
    "a payment's status": (EntryKind, payment.STATUS_PRECEDENCE),
}


@pytest.mark.parametrize("place", ENUMS)
def test_a_table_has_a_row_for_every_member(place: str) -> None:
    members, table = ENUMS[place]
    assert sorted(table) == sorted(members)


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("Simulate/how", list(Fault)),
        ("Order/status", list(OrderStatus)),
        ("Order/rejection/code", list(RejectionCode)),
        ("Order/payment/status", ["NONE", *EntryKind]),
    ],
)
def test_the_api_documents_every_member(path: str, members: list[str]) -> None:
    assert sorted(schema_at(path)["enum"]) == sorted(members)


def schema_at(path: str) -> dict[str, Any]:
    name, *fields = path.split("/")
    schemas = DOCUMENT["components"]["schemas"]
    found: dict[str, Any] = schemas[name]
    for field in fields:
        found = found["properties"][field]
        if "$ref" in found:
            found = schemas[found["$ref"].rsplit("/", 1)[1]]
    return found
