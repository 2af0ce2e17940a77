"""What two computers say becomes a picture, and words that say the same."""

from __future__ import annotations

from xml.etree import ElementTree

from lab.console.drawing.shown import RED
from lab.lessons.exchanges import LEFT, RIGHT, Word, answers, asks, exchange

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("shop", "bank")


def ends(word: Word) -> tuple[float, float, str]:
    """Where the line of a single word begins and ends, and its colour."""
    drawn = ElementTree.fromstring(exchange(NAMES, {"one": [word]}).svg)
    line = next(path for path in drawn.iter(f"{SVG}path") if " L" in path.attrib["d"])
    start, end = line.attrib["d"].removeprefix("M").split(" L")
    return float(start.split(",")[0]), float(end.split(",")[0]), line.attrib["stroke"]


def test_a_word_goes_from_one_to_the_other() -> None:
    assert ends(asks("charge"))[:2] == (LEFT, RIGHT)
    assert ends(answers("paid"))[:2] == (RIGHT, LEFT)


def test_a_lost_word_stops_on_its_way_in_red() -> None:
    start, end, colour = ends(asks("charge", lost=True))
    assert start == LEFT
    assert LEFT < end < RIGHT
    assert colour == RED


def test_a_late_word_arrives_below_the_one_that_was_said_after_it() -> None:
    drawn = ElementTree.fromstring(
        exchange(NAMES, {"late": [asks("charge", late=2), asks("reverse")]}).svg
    )
    lines = [p.attrib["d"] for p in drawn.iter(f"{SVG}path") if " L" in p.attrib["d"]]
    charge, reverse = (float(line.rsplit(",", 1)[1]) for line in lines)
    assert charge > reverse
    assert float(drawn.attrib["viewBox"].split()[3]) > charge


def test_a_word_that_is_crossed_by_a_late_one_stands_below_its_line() -> None:
    drawn = ElementTree.fromstring(
        exchange(NAMES, {"late": [asks("charge", late=2), asks("reverse")]}).svg
    )
    heights = {text.text: float(text.attrib["y"]) for text in drawn.iter(f"{SVG}text")}
    lines = [p.attrib["d"] for p in drawn.iter(f"{SVG}path") if " L" in p.attrib["d"]]
    charge, reverse = (float(line.split(" L")[0].split(",")[1]) for line in lines)
    assert heights["charge"] < charge
    assert heights["reverse"] > reverse


def test_the_words_tell_the_same() -> None:
    told = exchange(NAMES, {"lost": [asks("charge", then="taken"), answers("paid", lost=True)]})
    assert told.text() == (
        "lost:\n  shop → bank: charge (arrives; taken)\n  bank → shop: paid (lost)"
    )
