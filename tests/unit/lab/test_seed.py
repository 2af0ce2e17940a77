"""The seed: its files, what is said about bad ones, and how it gets into the tables."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from checkout.adapters import item_mapping
from checkout.domain.cart import CartLine
from checkout.domain.pricing import PriceRules, ShippingRate, quote
from checkout_api import requests
from checkout_api.problems import InvalidRequest
from lab import seed
from lab.core import paths
from lab.core.errors import LabError
from lab.seed import items, store
from tests.unit.shop.api import DOCUMENT

SHOP = seed.read()
CARTS = {path.stem: json.loads(path.read_text()) for path in paths.SEED.glob("carts/*.json")}
NOW = datetime(2026, 11, 22, tzinfo=UTC)
RULES = PriceRules(
    currency="USD",
    home_country="US",
    shipping={
        "US": ShippingRate(599, 7500),
        "CA": ShippingRate(1299, 15000),
        "GB": ShippingRate(1499, 20000),
    },
    tax={"US": 0, "US-CA": 725, "US-NY": 400, "CA": 500, "GB": 2000},
)


def stock_of(sku: str) -> int:
    return next(int(row["initial"]) for row in SHOP.inventory if row["sku"] == sku)


def total_of(request: dict[str, Any]) -> dict[str, Any]:
    """What the domain's own pricing says, on what the loader would store."""
    products = [item_mapping.product(items.product(row)) for row in SHOP.products]
    priced = quote(
        [CartLine(item["sku"], item["quantity"]) for item in request["items"]],
        {product.sku: product for product in products},
        [item_mapping.promotion(items.promotion(row)) for row in SHOP.promotions],
        request.get("discountCodes", []),
        requests.read_address(request["shippingAddress"]).destination,
        RULES,
        NOW,
    )
    return {"amount": priced.total.amount, "currency": priced.total.currency}


class TestTheFiles:
    @pytest.mark.parametrize("path", paths.SEED.glob("schema/*.json"), ids=lambda p: p.name)
    def test_every_schema_is_a_schema(self, path: Path) -> None:
        Draft202012Validator.check_schema(json.loads(path.read_text()))

    def test_the_catalogue_is_a_small_shop(self) -> None:
        assert len(SHOP.products) >= 40
        assert len({row["category"] for row in SHOP.products}) >= 6
        assert sum("tiers" in row for row in SHOP.products) >= 5
        assert sum(not row.get("active", True) for row in SHOP.products) >= 2

    def test_one_sale_is_on_one_is_over_and_one_has_not_begun(self) -> None:
        sales = [item_mapping.product(items.product(row)).sale for row in SHOP.products]
        found = [sale for sale in sales if sale]
        assert any(sale.is_live(NOW) for sale in found)
        assert any(sale.ends_at < NOW for sale in found)
        assert any(sale.starts_at > NOW for sale in found)

    def test_the_shelves_hold_none_one_ten_and_thousands(self) -> None:
        pieces = Counter(row["initial"] for row in SHOP.inventory)
        assert pieces[0] >= 2
        assert pieces[1] == pieces[10] == 1
        assert max(pieces) >= 5000

    def test_there_is_a_promotion_of_every_kind_and_limit(self) -> None:
        kinds = {row["kind"] for row in SHOP.promotions}
        assert kinds == {"PERCENTAGE", "FIXED_AMOUNT", "BUY_X_GET_Y", "FREE_SHIPPING"}
        fields = {field for row in SHOP.promotions for field in row}
        assert {"redemptionLimit", "perCustomerLimit", "categories", "minimumSubtotal"} <= fields

    def test_what_a_promotion_may_lack_is_removed_by_a_new_seed(self) -> None:
        row = schema_of("promotions")["properties"]["promotions"]["items"]
        assert set(store.OPTIONAL) == row["properties"].keys() - row["required"]


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((paths.SEED / f"schema/{name}.schema.json").read_text())
    return schema


def fields_in(node: dict[str, Any], document: dict[str, Any], path: str = "") -> Iterator[str]:
    """The path of every field that a schema allows, such as `items[].sku`."""
    if "$ref" in node:
        file, _, pointer = node["$ref"].partition("#/")
        document = schema_of(file.removesuffix(".schema.json")) if file else document
        node = document
        for name in pointer.split("/"):
            node = node[name]
        yield from fields_in(node, document, path)
    for name, part in node.get("properties", {}).items():
        yield f"{path}{name}"
        yield from fields_in(part, document, f"{path}{name}.")
    if "items" in node:
        yield from fields_in(node["items"], document, f"{path.removesuffix('.')}[].")


class TestTheCarts:
    def test_every_way_an_order_can_end_has_a_cart(self) -> None:
        ends = {
            (c["expect"].get("status"), c["expect"].get("rejection"), c["expect"].get("http"))
            for c in CARTS.values()
        }
        assert ends == {
            ("CONFIRMED", None, None),
            ("REJECTED", "INVALID_CART", None),
            ("REJECTED", "OUT_OF_STOCK", None),
            ("REJECTED", "PAYMENT_DECLINED", None),
            ("FAILED", None, None),
            (None, None, 409),
            (None, None, 422),
        }

    @pytest.mark.parametrize("name", [n for n, c in CARTS.items() if "total" in c["expect"]])
    def test_the_promised_total_is_what_the_domain_computes(self, name: str) -> None:
        assert total_of(CARTS[name]["request"]) == CARTS[name]["expect"]["total"]

    @pytest.mark.parametrize("name", [n for n, c in CARTS.items() if "code" not in c["expect"]])
    def test_a_cart_that_makes_an_order_is_one_that_the_api_accepts(self, name: str) -> None:
        body = CARTS[name]["request"]
        assert requests.read_body(json.dumps(body), "CheckoutRequest") == body

    def test_what_is_not_a_cart_is_refused_by_the_api(self) -> None:
        body = json.dumps(CARTS["25-not-a-cart"]["request"])
        with pytest.raises(InvalidRequest):
            requests.read_body(body, "CheckoutRequest")

    def test_a_cart_may_have_the_fields_of_an_order_and_no_others(self) -> None:
        """What the API takes and no cart may have could not be tried; and the other way round."""
        cart = schema_of("cart")["$defs"]["request"]
        order = DOCUMENT["components"]["schemas"]["CheckoutRequest"]
        assert set(fields_in(cart, schema_of("cart"))) == set(fields_in(order, DOCUMENT))

    def test_every_confirmed_cart_promises_a_total(self) -> None:
        confirmed = [
            c["expect"] for c in CARTS.values() if c["expect"].get("status") == "CONFIRMED"
        ]
        assert len(confirmed) >= 10
        assert all("total" in expect for expect in confirmed)

    def test_the_stale_total_is_stale(self) -> None:
        stale = CARTS["24-price-has-changed"]["request"]
        assert stale["expectedTotal"] != total_of(stale)

    def test_carts_that_take_stock_leave_enough_for_a_hundred_runs(self) -> None:
        taken: Counter[str] = Counter()
        for cart in CARTS.values():
            if cart["expect"].get("rejection") not in {"OUT_OF_STOCK", "INVALID_CART"}:
                for item in cart["request"]["items"]:
                    taken[item["sku"]] += item["quantity"]
        assert [sku for sku, pieces in taken.items() if stock_of(sku) < 100 * pieces] == []

    def test_no_confirmed_cart_uses_a_code_that_runs_out(self) -> None:
        limited = {
            r["code"] for r in SHOP.promotions if {"redemptionLimit", "perCustomerLimit"} & {*r}
        }
        used = {code for c in CARTS.values() for code in c["request"].get("discountCodes", [])}
        assert not used & limited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the seed that a test may spoil."""
    return Path(shutil.copytree(paths.SEED, tmp_path / "seed"))


def spoil(folder: Path, file: str, change: Callable[[Any], object]) -> None:
    path = folder / file
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


BAD: dict[str, tuple[str, Callable[[Any], object], tuple[str, ...]]] = {
    "a price that is text": (
        "catalogue.json",
        lambda c: c["products"][2]["price"].update(amount="16.90"),
        ("catalogue.json, products[2] (TEA-ASSAM-250), price.amount", "integer", "'16.90'"),
    ),
    "a negative price": (
        "catalogue.json",
        lambda c: c["products"][0]["price"].update(amount=-5),
        ("products[0] (TEA-BREAKFAST-100), price.amount", "0 or more, not -5"),
    ),
    "a missing name": (
        "catalogue.json",
        lambda c: c["products"][1].pop("name"),
        ("products[1] (TEA-EARLGREY-125), name: is missing",),
    ),
    "an unknown field": (
        "catalogue.json",
        lambda c: c["products"][1].update(prise=1),
        ("products[1] (TEA-EARLGREY-125), prise: is not a field",),
    ),
    "a SKU in small letters": (
        "catalogue.json",
        lambda c: c["products"][0].update(sku="tea"),
        ("products[0] (tea), sku", "'tea' does not match"),
    ),
    "a time that is none": (
        "catalogue.json",
        lambda c: c["products"][4]["sale"].update(startsAt="2026-13-01T00:00:00Z"),
        ("products[4] (TEA-MATCHA-30), sale.startsAt", "must be a time"),
    ),
    "a sale that ends before it starts": (
        "catalogue.json",
        lambda c: c["products"][4]["sale"].update(endsAt="2019-01-01T00:00:00Z"),
        ("products[4] (TEA-MATCHA-30), sale.endsAt", "is not after startsAt"),
    ),
    "a tier that is dearer than the one before": (
        "catalogue.json",
        lambda c: c["products"][0]["tiers"][1]["unitPrice"].update(amount=880),
        ("products[0] (TEA-BREAKFAST-100), tiers[1].unitPrice", "below the one before"),
    ),
    "a product that is there twice": (
        "catalogue.json",
        lambda c: c["products"].append(c["products"][0]),
        ("products[50] (TEA-BREAKFAST-100), sku", "2 times"),
    ),
    "two currencies": (
        "catalogue.json",
        lambda c: c["products"][3]["price"].update(currency="EUR"),
        ("products[3] (TEA-SENCHA-100), price", "is in EUR"),
    ),
    "a product without a shelf": (
        "inventory.json",
        lambda c: c["inventory"].pop(0),
        ("catalogue.json, products[0] (TEA-BREAKFAST-100), sku", "no row in inventory.json"),
    ),
    "stock of an unknown product": (
        "inventory.json",
        lambda c: c["inventory"].append({"sku": "TEA-NONE", "initial": 1}),
        ("inventory.json, inventory[50] (TEA-NONE), sku", "not in catalogue.json"),
    ),
    "more shards than can change in one transaction": (
        "inventory.json",
        lambda c: c["inventory"][1].update(shards=33),
        ("inventory.json, inventory[1] (TEA-EARLGREY-125), shards", "32 or less, not 33"),
    ),
    "a percentage without its basis points": (
        "promotions.json",
        lambda c: c["promotions"][0].pop("basisPoints"),
        ("promotions[0] (WELCOME10), basisPoints: is missing",),
    ),
    "a percentage with an amount": (
        "promotions.json",
        lambda c: c["promotions"][0].update(amount={"amount": 1, "currency": "USD"}),
        ("promotions[0] (WELCOME10), amount: does not belong here",),
    ),
    "a promotion for an unknown category": (
        "promotions.json",
        lambda c: c["promotions"][2].update(categories=["tea", "cars"]),
        ("promotions[2] (TEATIME15), categories[1]", "'cars'"),
    ),
    "a first order that is not enforced": (
        "promotions.json",
        lambda c: c["promotions"][0].pop("firstOrderOnly"),
        ("(WELCOME10), description: promises 'first order', which needs firstOrderOnly",),
    ),
    "a first order that is switched off": (
        "promotions.json",
        lambda c: c["promotions"][0].update(firstOrderOnly=False),
        ("(WELCOME10), description: promises 'first order', which needs firstOrderOnly",),
    ),
    "a promise to new customers": (
        "promotions.json",
        lambda c: c["promotions"][1].update(description="10 % off for new customers."),
        ("(TENOFF), description: promises 'new customers', which needs firstOrderOnly",),
    ),
    "a promise of once for each customer": (
        "promotions.json",
        lambda c: c["promotions"][1].update(description="10 % off, once per customer."),
        ("'per customer', which needs perCustomerLimit or firstOrderOnly",),
    ),
    "a promise to the first hundred": (
        "promotions.json",
        lambda c: c["promotions"][1].update(description="10 % off the first hundred orders."),
        ("promises 'first hundred orders', which needs redemptionLimit",),
    ),
    "a promise from so much on": (
        "promotions.json",
        lambda c: c["promotions"][1].update(description="10 % off from 40 dollars on."),
        ("promises 'from 40 dollars on', which needs minimumSubtotal",),
    ),
    "a cart with a product that nobody sells": (
        "carts/01-first-order.json",
        lambda c: c["request"]["items"][0].update(sku="TEA-NONE"),
        ("carts/01-first-order.json, items[0], sku", "TEA-NONE is not in catalogue.json"),
    ),
    "a cart that expects nothing": (
        "carts/01-first-order.json",
        lambda c: c.pop("expect"),
        ("carts/01-first-order.json, expect: is missing",),
    ),
    "a cart that expects an unknown status": (
        "carts/01-first-order.json",
        lambda c: c["expect"].update(status="DONE"),
        ("carts/01-first-order.json, expect.status", "'DONE'"),
    ),
}


class TestABadFile:
    @pytest.mark.parametrize(("file", "change", "said"), BAD.values(), ids=BAD)
    def test_is_named_with_its_row_and_field(
        self, folder: Path, file: str, change: Callable[[Any], object], said: tuple[str, ...]
    ) -> None:
        spoil(folder, file, change)
        with pytest.raises(LabError) as caught:
            seed.read(folder)
        assert [words for words in said if words not in caught.value.message] == []

    def test_that_is_not_json_is_named_with_line_and_column(self, folder: Path) -> None:
        (folder / "inventory.json").write_text('{\n  "inventory": [}\n}')
        with pytest.raises(LabError, match=r"inventory\.json is not JSON.*line 2, column 17"):
            seed.read(folder)

    def test_that_is_missing_is_named(self, folder: Path) -> None:
        (folder / "promotions.json").unlink()
        with pytest.raises(LabError, match=r"promotions\.json cannot be read"):
            seed.read(folder)

    def test_does_not_hide_the_mistakes_of_another(self, folder: Path) -> None:
        spoil(folder, "catalogue.json", lambda c: c["products"][0].pop("name"))
        spoil(folder, "inventory.json", lambda c: c["inventory"][0].update(initial=-1))
        with pytest.raises(LabError, match=r"(?s)catalogue\.json.*inventory\.json"):
            seed.read(folder)

    def test_with_many_mistakes_shows_ten_and_counts_the_rest(self, folder: Path) -> None:
        spoil(folder, "catalogue.json", lambda c: [p.pop("name") for p in c["products"]])
        with pytest.raises(LabError, match="and 40 more"):
            seed.read(folder)


def test_reading_the_seed_imports_nothing_that_takes_seconds() -> None:
    code = (
        "import sys; from lab.seed import files; files.read();"
        " print(sorted({'rfc3987_syntax', 'lark'} & sys.modules.keys()))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
