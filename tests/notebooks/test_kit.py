"""What `lab.lessons` does to a real lab: it puts everything back, and the books stay right."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from lab import seed
from lab.core.errors import LabError
from lab.lessons import Lesson, begin
from lab.shop import execution, orders
from lab.shop.shop_client import ApiError
from tests.deployed_shop import DeployedShop

SENCHA = "TEA-SENCHA-100"


@pytest.fixture
def lesson(lab: DeployedShop) -> Iterator[Lesson]:
    """A lesson at work; whatever a test does to the lab, it ends with clean books."""
    begun = begin("99")
    yield begun
    begun.restore()


def test_an_order_is_followed_to_its_end(lesson: Lesson) -> None:
    bought = lesson.buy({SENCHA: 1})
    assert bought.status == "CONFIRMED"
    assert bought.path[0] == "ValidateCart"
    assert [row.order_id for row in lesson.orders()] == [bought.order_id]
    assert "Spring Sencha" in bought.html()
    assert "Spring Sencha" in bought.text()


@pytest.mark.exhaustive
def test_each_run_has_a_customer_of_its_own(lesson: Lesson) -> None:
    assert begin("99").customer != lesson.customer


def test_a_product_of_a_lesson_sells_out_and_is_gone_afterwards(lesson: Lesson) -> None:
    sku = lesson.product(pieces=2)
    assert lesson.buy({sku: 2}).status == "CONFIRMED"
    assert lesson.stock(sku) == 0
    lesson.restore()  # raises if stock is not conserved
    with pytest.raises(ApiError, match="404"):
        lesson.api.product(sku)


@pytest.mark.exhaustive
def test_a_product_that_nobody_bought_leaves_nothing(lesson: Lesson) -> None:
    sku = lesson.product(pieces=2)
    lesson.restore()
    with pytest.raises(KeyError):
        lesson.stock(sku)


@pytest.mark.exhaustive
def test_stock_that_a_lesson_ruined_is_put_right(lesson: Lesson) -> None:
    sku = lesson.product(pieces=2)
    lesson.buy({sku: 1})
    lesson.table("inventory").update_item(
        Key={"sku": sku},
        UpdateExpression="SET available = :oversold",
        ExpressionAttributeValues={":oversold": -5},
    )
    assert not lesson.audit(settle_s=0).clean
    lesson.restore()
    assert lesson.audit().clean


@pytest.mark.exhaustive
def test_a_changed_price_is_the_seed_s_again(lesson: Lesson) -> None:
    lesson.table("products").update_item(
        Key={"sku": SENCHA},
        UpdateExpression="SET price = :cheap",
        ExpressionAttributeValues={":cheap": 1},
    )
    assert lesson.api.product(SENCHA)["price"]["amount"] == 1
    lesson.restore()
    assert lesson.api.product(SENCHA)["price"]["amount"] == 1850


def test_what_was_broken_is_mended_in_reverse(lesson: Lesson) -> None:
    mended: list[str] = []
    lesson.later(lambda: mended.append("the first"))
    lesson.later(lambda: mended.append("the second"))
    lesson.restore()
    lesson.restore()
    assert mended == ["the second", "the first"]


def test_a_lesson_that_was_broken_off_is_cleared_away_by_the_next(lesson: Lesson) -> None:
    sku = lesson.product(pieces=2)
    begin("99")
    with pytest.raises(ApiError, match="404"):
        lesson.api.product(sku)


@pytest.mark.exhaustive
def test_a_second_lesson_waits_until_the_first_has_put_everything_back(lesson: Lesson) -> None:
    sku = lesson.product(pieces=2)
    beginning = [sys.executable, "-c", "from lab import lessons; lessons.begin('05').restore()"]

    refused = subprocess.run(beginning, capture_output=True, text=True, check=False)
    assert "Lesson 99 is open in another notebook" in refused.stderr
    assert lesson.api.product(sku)["available"] == 2  # the other one has not cleared it away

    lesson.restore()
    began = subprocess.run(beginning, capture_output=True, text=True, check=False)
    assert began.returncode == 0, began.stderr


def test_books_that_stay_broken_are_an_error(lesson: Lesson) -> None:
    def shift(pieces: int) -> None:
        lesson.table("inventory").update_item(
            Key={"sku": SENCHA},
            UpdateExpression="ADD available :pieces",
            ExpressionAttributeValues={":pieces": pieces},
        )

    shift(7)
    with pytest.raises(LabError, match=SENCHA):
        lesson.restore(settle_s=1)
    shift(-7)


def test_waiting_ends_with_what_is_missing(lesson: Lesson) -> None:
    with pytest.raises(LabError, match="no parcel"):
        lesson.until(lambda: None, "parcel", timeout_s=0.2)
    assert lesson.until(lambda: "here", "parcel") == "here"


@pytest.mark.exhaustive
def test_a_shop_that_sells_more_than_the_seed_is_told_at_the_beginning(
    lesson: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    seed.load(lesson.target, catalogue=seed.generate(2))  # other tests may have added some, too
    begin("99")
    assert "products are for sale that are not in seed/" in capsys.readouterr().out
    seed.load(lesson.target, exact=True)
    begin("99")
    assert "not in seed/" not in capsys.readouterr().out


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "switch",
    [
        {"fail": "PublishOrderConfirmed", "times": 99},
        {"fail": "PublishOrderFailed", "after": "ProcessPayment", "times": 99},
        {"fail": "RefundPayment", "after": "GenerateOrder", "times": 99},
        {"fail": "FailOrder", "after": "ReserveStock", "times": 99},
    ],
    ids=lambda switch: switch["fail"],
)
def test_what_orders_left_open_or_untold_is_finished_by_restoring(
    lesson: Lesson, switch: dict[str, Any]
) -> None:
    sku = lesson.product(pieces=2)
    placed = lesson.place(lesson.cart({sku: 1}, simulate=switch))
    execution.finish(lesson.target, placed)
    assert orders.unfinished(lesson.target, lesson.customer) == [placed]

    lesson.restore(settle_s=20)

    assert orders.unfinished(lesson.target, lesson.customer) == []
