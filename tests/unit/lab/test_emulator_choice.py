"""Which emulator a test session takes."""

from __future__ import annotations

import pytest

from tests.emulator.choice import choose

URL = "http://localhost:4999"


def _no_docker() -> str:
    return "Docker does not run here"


def _docker() -> None:
    return None


def _not_asked() -> str:
    pytest.fail("Docker was looked for although it does not matter")


def test_a_given_endpoint_comes_first() -> None:
    choice = choose("auto", URL, _not_asked)
    assert (choice.way, choice.why) == (URL, "as AWS_ENDPOINT_URL says")


def test_a_container_comes_next_and_then_the_host() -> None:
    assert choose("auto", None, _docker).way == "container"
    choice = choose("auto", None, _no_docker)
    assert choice.way == "host"
    assert "Docker does not run here" in choice.why


@pytest.mark.parametrize("wanted", ["container", "host", "http://127.0.0.1:4000"])
def test_what_is_asked_for_is_taken_whatever_there_is(wanted: str) -> None:
    choice = choose(wanted, URL, _not_asked)
    assert (choice.way, choice.why) == (wanted, "as --emulator says")


def test_a_word_that_is_none_of_them_is_refused() -> None:
    with pytest.raises(ValueError, match="auto, container, host or a URL, and not 'dcoker'"):
        choose("dcoker", None, _docker)
