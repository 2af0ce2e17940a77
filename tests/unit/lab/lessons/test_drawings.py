"""An execution's history becomes a picture of its way, and a chart of its time."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab.console.drawing.shown import AMBER, GREY, RED, VIOLET, Picture
from lab.shop.execution import Execution, read_history
from lab.shop.workflow import drawings, states
from lab.shop.workflow.layout import HEIGHT, WIDTH, laid_out

SVG = "{http://www.w3.org/2000/svg}"
RECORDED = Path(__file__).with_name("gateway_down.json")


@pytest.fixture(scope="module")
def undone() -> Execution:
    """An order whose payment gateway never answered, as the emulator recorded it."""
    events = json.loads(RECORDED.read_text())
    for event in events:
        event["timestamp"] = datetime.fromisoformat(event["timestamp"])
    return read_history(events, events[-1]["timestamp"])


def boxes(svg: str) -> dict[str, str]:
    """The colour of each named box."""
    drawn = list(ElementTree.fromstring(svg))
    return {
        label.text or "": box.attrib["stroke"]
        for box, label in pairwise(drawn)
        if box.tag == f"{SVG}rect" and label.tag == f"{SVG}text"
    }


def test_every_state_is_drawn_and_those_entered_are_in_colour(undone: Execution) -> None:
    colours = boxes(drawings.workflow(undone).svg)
    assert colours.keys() == states.definition()["States"].keys()
    assert colours["ProcessPayment"] == AMBER
    assert colours["ReleaseStock"] == VIOLET
    assert colours["OrderFailed"] == RED
    assert colours["OrderConfirmed"] == GREY


def test_a_state_that_was_tried_again_says_how_often_below_its_name(undone: Execution) -> None:
    texts = [text.text for text in ElementTree.fromstring(drawings.workflow(undone).svg)]
    assert texts[texts.index("ProcessPayment") + 1] == "4 tries"


def test_a_long_name_is_written_smaller_so_that_it_fits_its_box() -> None:
    machine = {"StartAt": "A" * 40, "States": {"A" * 40: {"Type": "Succeed"}}}
    (label,) = ElementTree.fromstring(drawings.workflow(machine=machine).svg).iter(f"{SVG}text")
    letter = drawings.PLAIN / drawings.LABEL * float(label.attrib["font-size"])
    assert 40 * letter < WIDTH


def test_the_words_tell_the_same_way(undone: Execution) -> None:
    words = drawings.workflow(undone).words
    assert words.index("ProcessPayment: caught (GatewayTimeout") < words.index("RefundPayment: ok")
    assert "OrderConfirmed" not in words


def test_without_an_execution_nothing_is_in_colour() -> None:
    assert set(boxes(drawings.workflow().svg).values()) == {GREY}


def bars(chart: Picture, height: float) -> list[float]:
    """The widths of the chart's bars of this height."""
    drawn = ElementTree.fromstring(chart.svg).iter(f"{SVG}rect")
    return [float(bar.attrib["width"]) for bar in drawn if float(bar.attrib["height"]) == height]


def test_the_chart_has_a_bar_for_each_try_and_a_line_as_long_as_its_step(
    undone: Execution,
) -> None:
    chart = drawings.gantt(undone)
    assert len(bars(chart, 16)) == sum(len(step.tries) for step in undone.tasks)
    longest = max(undone.tasks, key=lambda step: step.duration)
    assert longest.name == "ProcessPayment"
    whole = pytest.approx(drawings.CHART * longest.duration / undone.duration, abs=0.1)
    assert max(bars(chart, 2)) == whole


def test_a_step_that_waited_to_be_tried_again_does_not_look_like_one_that_worked(
    undone: Execution,
) -> None:
    (retried, *_) = [step for step in undone.tasks if step.retries]
    assert len(retried.tries) == retried.retries + 1
    assert [one.failed for one in retried.tries] == [True] * len(retried.errors)
    worked = sum(one.duration for one in retried.tries)
    assert worked < retried.duration, "the rest was a wait"


def test_the_chart_is_wide_enough_for_what_is_said_beside_its_bars(undone: Execution) -> None:
    root = ElementTree.fromstring(drawings.gantt(undone).svg)
    said = [text for text in root.iter(f"{SVG}text") if "GatewayTimeout" in (text.text or "")]
    ends = [float(t.attrib["x"]) + drawings.SMALL * len(t.text or "") for t in said]
    assert ends
    assert max(ends) < float(root.attrib["viewBox"].split()[2])


def test_an_execution_that_has_only_begun_can_be_drawn() -> None:
    begun = Execution("RUNNING", ())
    assert "no state entered" in drawings.workflow(begun).svg
    assert ElementTree.fromstring(drawings.gantt(begun).svg) is not None


def test_no_state_stands_on_another() -> None:
    places = laid_out(states.definition()).places.values()
    for (x1, y1), (x2, y2) in combinations(places, 2):
        assert abs(x1 - x2) >= WIDTH or abs(y1 - y2) >= HEIGHT


def test_no_way_runs_through_a_state_that_it_does_not_lead_to() -> None:
    layout = laid_out(states.definition())
    for edge, points in layout.ways.items():
        for x, y in points[1:-1]:
            hit = [
                name
                for name, (left, top) in layout.places.items()
                if abs(x - left) < WIDTH / 2 and abs(y - top) < HEIGHT / 2
            ]
            assert hit == [], f"{edge.source} to {edge.target}"


def test_the_good_way_stands_straight() -> None:
    places = laid_out(states.definition()).places
    good = ("ValidateCart", "ReserveStock", "ProcessPayment", "GenerateOrder", "OrderConfirmed")
    assert max(places[name][0] for name in good) - min(places[name][0] for name in good) < 1


def test_a_state_that_a_learner_adds_is_drawn_too() -> None:
    machine = json.loads(json.dumps(states.definition()))
    machine["States"]["WrapGift"] = {"Type": "Task", "Next": "GenerateOrder"}
    machine["States"]["ProcessPayment"]["Next"] = "WrapGift"
    assert "WrapGift" in boxes(drawings.workflow(machine=machine).svg)


def test_a_workflow_that_goes_in_circles_is_drawn() -> None:
    machine = {
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
    }
    assert boxes(drawings.workflow(machine=machine).svg).keys() == {"A", "B"}


def test_a_state_that_nothing_leads_to_yet_is_drawn_too() -> None:
    machine = {
        "StartAt": "A",
        "States": {"A": {"Type": "Succeed"}, "Orphan": {"Type": "Succeed"}},
    }
    assert boxes(drawings.workflow(machine=machine).svg).keys() == {"A", "Orphan"}
