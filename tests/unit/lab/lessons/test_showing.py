"""Tables, differences, races and plots say the same in HTML and in plain text."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from lab.console.drawing.canvas import INK
from lab.console.drawing.shown import GREEN, RED, Box, Picture
from lab.lessons import Timings, bars, diff, lines, plots, race, table, timings
from lab.lessons.stock_watch import StockWatch


@dataclass(frozen=True)
class Row:
    sku: str
    pieces: int


def test_a_table_takes_mappings_and_dataclasses() -> None:
    assert table([Row("TEA", 3)]).text() == table([{"sku": "TEA", "pieces": 3}]).text()


def test_a_table_shows_the_columns_asked_for_and_money_as_money() -> None:
    price = {"amount": 1850, "currency": "USD"}
    shown = table([{"sku": "TEA", "price": price, "secret": 1}], "price", "sku")
    assert shown.text().splitlines() == ["price      sku", "18.50 USD  TEA"]
    assert "secret" not in shown.html()


def test_a_table_shows_a_mapping_in_words() -> None:
    shown = table([{"limits": {"rate": 1000, "for": ["dev"]}}]).text()
    assert shown.splitlines()[1] == "rate: 1,000, for: dev"


def test_what_a_customer_wrote_is_no_html() -> None:
    assert "<script>" not in table([{"name": "<script>"}]).html()
    assert "<b>" not in Box("title", ["<b>bold</b>"]).html().partition("</b>")[2]


@pytest.mark.parametrize(
    "values", [[3, 20_000], [Decimal(9800), 5], ["37.00 USD", ""], [222_205, None]]
)
def test_a_column_of_numbers_stands_to_the_right_under_its_heading(values: list[object]) -> None:
    shown = table([{"n": value} for value in values]).html()
    assert shown.count("text-align:right") == len(values) + 1


@pytest.mark.parametrize("values", [["TEA", 3], [True, False], ["", ""], ["2026-11-23", "0:30"]])
def test_a_column_of_anything_else_stands_to_the_left(values: list[object]) -> None:
    assert "text-align:right" not in table([{"n": value} for value in values]).html()


def test_a_word_as_long_as_a_token_is_broken_and_no_other() -> None:
    assert "anywhere" in table([{"token": "x" * 200}]).html()
    assert "anywhere" not in table([{"said": "many words " * 20}]).html()


def test_an_empty_table_can_be_shown() -> None:
    assert table([], "sku").text() == "sku"


def test_a_diff_shows_what_came_and_what_went() -> None:
    shown = diff({"price": 1, "sku": "TEA"}, {"price": 2, "sku": "TEA"})
    assert '-  "price": 1,' in shown.text()
    assert '+  "price": 2,' in shown.text()
    assert RED in shown.html()
    assert GREEN in shown.html()
    assert "font-family:var(--jp-code-font-family,monospace)" in shown.html()


def test_equal_things_have_no_diff() -> None:
    assert diff("same", "same").text() == "No difference."


def test_buyers_start_together_and_each_outcome_is_counted() -> None:
    everybody = threading.Barrier(5, timeout=10)

    def buy(number: int) -> str:
        everybody.wait()
        if number == 5:
            raise LookupError("sold out")
        return "sold"

    result = race(buy, 5)
    assert result.outcomes == {"sold": 4, "LookupError": 1}
    assert result.count("sold") == 4
    assert [attempt.buyer for attempt in result.attempts] == [1, 2, 3, 4, 5]
    assert min(attempt.began for attempt in result.attempts) == 0
    assert all(attempt.ended >= attempt.began for attempt in result.attempts)
    assert "sold: 4 buyers" in result.plot().words


def test_percentiles_lie_among_the_calls() -> None:
    took = Timings([float(n) for n in range(1, 102)])
    assert (took.p50, took.p95) == (51.0, 96.0)
    assert Timings([7.0]).p95 == 7.0
    assert len(timings(lambda: None, 3).ms) == 3


def test_stock_is_watched_from_before_until_after() -> None:
    pieces = [3]
    with StockWatch(lambda _sku: pieces[0], ["TEA"]) as seen:
        pieces[0] = -1
    assert seen.seen["TEA"][0][1] == 3
    assert seen.seen["TEA"][-1][1] == -1
    assert RED in seen.plot().svg.lower()
    assert "from 3 to -1 pieces" in seen.plot().words


PLOTS = {
    "bars": lambda: bars({"lambda": 0.0000021, "states": 5}, "USD", "Cost"),
    "lines": lambda: lines({"p50": [(1, 20.0), (8, 55.5)]}, "clients", "ms", "Latency"),
    "histogram": lambda: Timings([1.0, 2.0, 40.0]).plot(),
    "race": lambda: race(str, 3).plot(),
    "stock": lambda: plots.stock({"TEA": [(0.0, 3), (1.0, 0)]}, "Stock"),
}


@pytest.mark.parametrize("kind", PLOTS)
def test_a_plot_is_svg_in_the_page_s_own_colour(kind: str) -> None:
    picture: Picture = PLOTS[kind]()
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "currentColor" in picture.svg
    for fixed in (INK, "#000000", "#ffffff", "fill: white"):
        assert fixed not in picture.svg
    assert picture.words


def test_a_notebook_gets_the_picture_and_a_terminal_the_words() -> None:
    bundle = Picture("<svg/>", "words")._repr_mimebundle_()
    assert bundle.keys() == {"text/html", "image/svg+xml", "text/plain"}
    assert repr(Picture("<svg/>", "words")) == bundle["text/plain"] == "words"


def test_good_is_green_and_bad_is_red() -> None:
    colours = plots.outcome_colours(["CONFIRMED", "FAILED", "REJECTED", "odd"])
    assert (colours["CONFIRMED"], colours["FAILED"]) == (GREEN, RED)
    assert len(set(colours.values())) == 4


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0000021, "0.0000021"),
        (0.0001754, "0.000175"),
        (3, "3"),
        (1234.5, "1,234"),
        (42.25, "42.2"),
    ],
)
def test_a_number_on_a_plot_has_no_exponent(value: float, shown: str) -> None:
    assert bars({"cost": value}).words.endswith(f"cost: {shown}")
