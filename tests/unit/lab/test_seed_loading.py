"""How a catalogue gets into the tables, and what a second load leaves alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checkout.adapters import item_mapping
from checkout.adapters.item_mapping import shard_key
from lab import seed
from lab.cli import app
from lab.cli.commands import infrastructure
from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.seed import items, schema
from lab.seed.store import Store
from tests.unit.lab.memory import empty_lab, table

SHOP = seed.read()


@pytest.fixture
def target() -> Iterator[Target]:
    with empty_lab() as target:
        yield target


def shelf(target: Target, sku: str) -> dict[str, Any]:
    item: dict[str, Any] = table(target, "inventory").get_item(Key={"sku": sku})["Item"]
    return item


def sell(target: Target, sku: str, pieces: int) -> None:
    table(target, "inventory").update_item(
        Key={"sku": sku},
        UpdateExpression="SET available = available - :n",
        ExpressionAttributeValues={":n": pieces},
    )


def shards(target: Target, sku: str) -> list[int]:
    """The pieces in each shard; the first one says how many there are."""
    count = int(shelf(target, sku).get("shards", 1))
    return [int(shelf(target, shard_key(sku, n))["available"]) for n in range(count)]


def small_shop(initial: int = 300, **more: int) -> seed.Catalogue:
    """The matcha and two codes, with so many tins ever delivered."""
    return seed.Catalogue(
        products=tuple(row for row in SHOP.products if row["sku"] == "TEA-MATCHA-30"),
        inventory=({"sku": "TEA-MATCHA-30", "initial": initial, **more},),
        promotions=tuple(row for row in SHOP.promotions if row["code"] in {"LUCKY5", "TAKE5"}),
    )


class TestAGeneratedCatalogue:
    def test_is_the_same_every_time(self) -> None:
        assert seed.generate(200) == seed.generate(200)

    def test_has_as_many_products_as_asked_for_each_with_stock(self) -> None:
        made = seed.generate(300)
        assert len({row["sku"] for row in made.products}) == 300
        assert [r["sku"] for r in made.inventory] == [r["sku"] for r in made.products]

    def test_keeps_the_rules_of_the_files(self) -> None:
        made = seed.generate(200)
        assert schema.problems("catalogue", {"products": list(made.products)}, "") == []
        assert schema.problems("inventory", {"inventory": list(made.inventory)}, "") == []


class TestLoading:
    def test_fills_the_tables_with_what_the_functions_read(self, target: Target) -> None:
        report = seed.load(target)
        stored = table(target, "products").scan()["Items"]
        assert report.products == report.stocked == len(stored) == len(SHOP.products)
        listed = {item_mapping.product(i).sku: i.get("listingKey") for i in stored}
        assert listed["TEA-MATCHA-30"] == "tea#TEA-MATCHA-30"
        assert listed["BREW-MOKA-6"] is None
        assert shelf(target, "BREW-KETTLE-IRON-LTD") == {
            "sku": "BREW-KETTLE-IRON-LTD",
            "initial": 10,
            "available": 10,
            "lowStockThreshold": 2,
        }

    def test_twice_leaves_sold_stock_sold(self, target: Target) -> None:
        seed.load(target, catalogue=small_shop())
        sell(target, "TEA-MATCHA-30", 7)
        report = seed.load(target, catalogue=small_shop())
        assert (report.stocked, report.restocked, report.unchanged) == (0, 0, 1)
        assert shelf(target, "TEA-MATCHA-30")["available"] == 293

    def test_a_raised_initial_is_a_delivery(self, target: Target) -> None:
        seed.load(target, catalogue=small_shop(300))
        sell(target, "TEA-MATCHA-30", 7)
        assert seed.load(target, catalogue=small_shop(350)).restocked == 1
        now = shelf(target, "TEA-MATCHA-30")
        assert (now["initial"], now["available"]) == (350, 343)

    def test_initial_cannot_drop_below_what_is_sold(self, target: Target) -> None:
        seed.load(target, catalogue=small_shop())
        sell(target, "TEA-MATCHA-30", 7)
        with pytest.raises(LabError, match="TEA-MATCHA-30 to 6 pieces, but 7 are sold"):
            seed.load(target, catalogue=small_shop(6))

    def test_stock_that_is_sold_meanwhile_is_not_overwritten(self, target: Target) -> None:
        seed.load(target, catalogue=small_shop())
        store = Store(target, lambda _message: None)
        plan = store.plan(small_shop(5).inventory)
        sell(target, "TEA-MATCHA-30", 7)
        with pytest.raises(LabError, match="changed while it was being loaded"):
            store.write(small_shop(5), plan)
        assert shelf(target, "TEA-MATCHA-30")["available"] == 293

    def test_stock_that_another_seed_adds_meanwhile_is_kept(self, target: Target) -> None:
        store = Store(target, lambda _message: None)
        plan = store.plan(small_shop().inventory)
        seed.load(target, catalogue=small_shop())
        sell(target, "TEA-MATCHA-30", 7)
        with pytest.raises(LabError, match="changed while it was being loaded"):
            store.write(small_shop(), plan)
        assert shelf(target, "TEA-MATCHA-30")["available"] == 293

    def test_keeps_count_of_what_was_redeemed(self, target: Target) -> None:
        key = {"code": "LUCKY5", "scope": "PROMOTION"}
        seed.load(target, catalogue=small_shop())
        table(target, "promotions").update_item(
            Key=key,
            UpdateExpression="SET redemptions = :n, startsAt = :old",
            ExpressionAttributeValues={":n": 3, ":old": "2020-01-01T00:00:00Z"},
        )
        seed.load(target, catalogue=small_shop())
        stored = table(target, "promotions").get_item(Key=key)["Item"]
        assert stored["redemptions"] == 3
        assert "startsAt" not in stored

    def test_a_bad_file_writes_nothing(self, target: Target, tmp_path: Path) -> None:
        folder = shutil.copytree(paths.SEED, tmp_path / "seed")
        text = (folder / "promotions.json").read_text()
        (folder / "promotions.json").write_text(text.replace("PERCENTAGE", "PERCENT"))
        with pytest.raises(LabError, match="nothing was written"):
            seed.load(target, folder=folder)
        assert table(target, "inventory").scan()["Count"] == 0

    def test_without_tables_says_what_to_run_first(self, target: Target) -> None:
        with pytest.raises(LabError, match="no table inventory-prod") as caught:
            seed.load(Target("prod", endpoint=None))
        assert "lab deploy prod" in caught.value.hint

    def test_says_how_far_it_is(self, target: Target) -> None:
        said: list[str] = []
        seed.load(target, said.append, seed.generate(120))
        assert said == [
            "inventory: 100 of 120",
            "inventory: 120 of 120",
            "products: 100 of 120",
            "products: 120 of 120",
        ]


class TestAHotProduct:
    SKU = "TEA-MATCHA-30"

    def load(self, target: Target, initial: int, **more: int) -> seed.SeedReport:
        return seed.load(target, catalogue=small_shop(initial, **more))

    def test_is_spread_over_its_shards(self, target: Target) -> None:
        self.load(target, 10, shards=4, lowStockThreshold=3)
        assert shards(target, self.SKU) == [3, 3, 2, 2]
        first, second = shelf(target, self.SKU), shelf(target, f"{self.SKU}#1")
        assert (first["initial"], first["lowStockThreshold"], first["shards"]) == (10, 3, 4)
        assert second == {"sku": f"{self.SKU}#1", "available": 3, "shards": 4}

    def test_twice_is_left_as_it_is(self, target: Target) -> None:
        self.load(target, 10, shards=4)
        sell(target, f"{self.SKU}#2", 2)
        assert self.load(target, 10, shards=4).unchanged == 1
        assert shards(target, self.SKU) == [3, 3, 0, 2]

    @pytest.mark.parametrize(("before", "after"), [(1, 4), (4, 1), (2, 5), (5, 2), (4, 4)])
    def test_may_get_another_number_of_shards_at_any_time(
        self, target: Target, before: int, after: int
    ) -> None:
        """Seven are sold, eight come in: of 108 ever delivered there are 101."""
        self.load(target, 100, shards=before)
        sell(target, shard_key(self.SKU, before - 1), 7)
        assert self.load(target, 108, shards=after).restocked == 1
        pieces = shards(target, self.SKU)
        assert (len(pieces), sum(pieces), max(pieces) - min(pieces) <= 1) == (after, 101, True)
        assert shelf(target, self.SKU)["initial"] == 108
        assert table(target, "inventory").scan()["Count"] == after
        assert self.load(target, 108, shards=after).unchanged == 1

    def test_cannot_drop_below_what_all_its_shards_have_sold(self, target: Target) -> None:
        self.load(target, 8, shards=4)
        for n in range(4):
            sell(target, shard_key(self.SKU, n), 1)
        with pytest.raises(LabError, match="to 3 pieces, but 4 are sold"):
            self.load(target, 3, shards=4)

    @pytest.mark.parametrize("after", [1, 2, 6])
    def test_sells_on_while_its_shards_change(self, target: Target, after: int) -> None:
        """What is bought between reading and writing is not overwritten."""
        self.load(target, 40, shards=4)
        store = Store(target, lambda _message: None)
        wanted = small_shop(40, shards=after)
        plan = store.plan(wanted.inventory)
        sell(target, f"{self.SKU}#3", 2)
        try:
            store.write(wanted, plan)
        except LabError:  # a shard that goes away must be as it was read
            store.write(wanted, store.plan(wanted.inventory))
        pieces = shards(target, self.SKU)
        assert (len(pieces), sum(pieces)) == (after, 38)

    def test_many_are_each_stored_whole(self, target: Target) -> None:
        made = seed.generate(40)
        hot = tuple({**row, "initial": 9, "shards": 9} for row in made.inventory)
        report = seed.load(target, catalogue=seed.Catalogue(made.products, hot))
        assert report.stocked == 40
        assert table(target, "inventory").scan()["Count"] == 360

    @pytest.mark.parametrize(("initial", "told"), [(12, True), (14, False)])
    def test_is_told_of_again_only_if_the_delivery_lifts_it_above_its_threshold(
        self, target: Target, initial: int, told: bool
    ) -> None:
        self.load(target, 10, shards=2, lowStockThreshold=5)
        for n in range(2):
            sell(target, shard_key(self.SKU, n), 4)
        table(target, "inventory").update_item(
            Key={"sku": self.SKU},
            UpdateExpression="SET lowStockWarnedBy = :order",
            ExpressionAttributeValues={":order": "ord_1"},
        )
        self.load(target, initial, shards=2, lowStockThreshold=5)
        assert ("lowStockWarnedBy" in shelf(target, self.SKU)) is told


class TestProductsThatTheCatalogueDoesNotHave:
    def test_stay_for_sale_and_are_counted(self, target: Target) -> None:
        seed.load(target, catalogue=seed.generate(120))
        report = seed.load(target)
        assert (report.others, report.removed) == (120, 0)
        assert len(for_sale(target)) == 120 + len(SHOP.products)

    @pytest.mark.exhaustive
    def test_are_off_sale_after_an_exact_load_and_their_stock_stays(self, target: Target) -> None:
        generated = seed.generate(120)
        seed.load(target, catalogue=generated)
        sold = generated.products[0]["sku"]
        sell(target, sold, 1)
        before = {row["sku"]: shelf(target, row["sku"]) for row in generated.products}

        report = seed.load(target, exact=True)

        assert (report.others, report.removed) == (0, 120)
        assert for_sale(target) == {row["sku"] for row in SHOP.products}
        assert {sku: shelf(target, sku) for sku in before} == before

    def test_are_not_counted_once_they_are_off_sale(self, target: Target) -> None:
        seed.load(target, catalogue=seed.generate(3))
        gone = {**seed.generate(3).products[0], "active": False}
        table(target, "products").put_item(Item=items.product(gone))

        assert seed.load(target).others == 2
        assert seed.load(target, exact=True).removed == 2

    def test_come_back_with_what_was_left_of_them(self, target: Target) -> None:
        seed.load(target, catalogue=small_shop(300))
        sell(target, "TEA-MATCHA-30", 7)
        seed.load(target, catalogue=seed.generate(3), exact=True)
        assert seed.load(target, catalogue=small_shop(300)).others == 3
        assert shelf(target, "TEA-MATCHA-30")["available"] == 293

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ([], "The shop also sells 3 other products from an earlier seed"),
            ([], "off sale: lab seed --exact"),
            (["--products", "2"], "off sale: lab seed --products 2 --exact"),
            (["--exact"], ""),
        ],
    )
    def test_are_told_with_the_command_that_takes_them_off_sale(
        self,
        target: Target,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        typed: list[str],
        told: str,
    ) -> None:
        monkeypatch.setattr(infrastructure, "target_of", lambda environment: target)
        seed.load(target, catalogue=seed.generate(3))
        if "--products" in typed:
            seed.load(target, catalogue=small_shop())
        assert app.run(["seed", *typed]) == 0
        said = capsys.readouterr()
        assert told in said.err
        assert bool(told) == bool(said.err)


def for_sale(target: Target) -> set[str]:
    return {item["sku"] for item in table(target, "products").scan()["Items"]}
