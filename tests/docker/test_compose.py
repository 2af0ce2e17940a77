"""`docker compose up` and `docker compose down -v`, for real."""

from __future__ import annotations

import json

import httpx
import pytest
from playwright.sync_api import expect

from lab.operate import audit
from tests.browser import chromium
from tests.browser.storefront.visitor import MUG, Visitor
from tests.deployed_shop import order_of
from tests.docker.conftest import TOKEN, Stack
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(600)  # the first test waits for a whole deploy

LESSON = """
from lab.shop import carts; from lab.shop import purchase
from lab.core.target import Target

order = purchase.buy(Target.current(), carts.sample("CONFIRMED").request, "ada").order
assert order["status"] == "CONFIRMED", order
"""

WRITE_AND_RUN = 'printf %s "$1" >/tmp/lesson.ipynb && jupyter execute /tmp/lesson.ipynb'


def _notebook(source: str) -> str:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": source}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": kernel,
            "cells": [cell | {"execution_count": None}],
        }
    )


def test_the_emulator_runs_as_an_ordinary_user_without_a_way_to_docker(everything: Stack) -> None:
    assert everything.inside("localstack", "id", "-u") == "1000"
    assert everything.inside("localstack", "find", "/run/", "-name", "docker.sock") == ""


def test_deploy_has_ended_and_the_shop_is_open_to_the_host(everything: Stack) -> None:
    deploy = json.loads(everything.compose("ps", "--all", "--format=json", "deploy").stdout)
    assert (deploy["State"], deploy["ExitCode"]) == ("exited", 0)
    shop = everything.shop
    assert shop.buy(order_of(("TABLE-MUG-SAND", 1)))["status"] == "CONFIRMED"
    assert all(finding.holds for finding in audit.run(shop.target, settle_s=60).findings)


@chromium.NEEDED
def test_a_customer_buys_on_the_shop_s_page_and_the_machine_room_shows_it(
    everything: Stack,
) -> None:
    address = everything.url("SHOP_PORT") + "/"
    eventually(lambda: _answers(address), "answer of the shop", 60)
    with chromium.running({"*": "127.0.0.1"}) as browser:
        visitor = Visitor.arrived(browser, everything.shop, address)
        visitor.put(MUG)
        page = visitor.open("checkout")
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_text("Ada", exact=False).first.click()
        expect(page.get_by_text("Signed in as")).to_be_visible()
        visitor.fill()
        order = visitor.buy()
        visitor.sees("Confirmed")
        visitor.assert_one_order()
        page.goto(f"{address}machine-room/")
        expect(page.locator(".live")).to_have_text("Live")
        expect(page.get_by_text(order).first).to_be_visible()
        visitor.assert_rules_kept()


def test_the_shop_answers_to_its_own_name_only(everything: Stack) -> None:
    address = everything.url("SHOP_PORT") + "/"
    eventually(lambda: _answers(address), "answer of the shop", 60)
    hosts = ("evil.example", "shop:8080", "localhost:8080")
    foreign = {name: _status(address, {"Host": name}) for name in hosts}
    assert foreign == dict.fromkeys(hosts, 421)
    assert _status(address, {}) == 200
    assert _status(address + "api/health", {}) == 200


def test_a_lesson_reaches_the_same_shop(everything: Stack) -> None:
    everything.inside("notebooks", "sh", "-c", WRITE_AND_RUN, "sh", _notebook(LESSON))


def test_jupyterlab_opens_for_its_token_only(everything: Stack) -> None:
    contents = everything.url("NOTEBOOKS_PORT") + "/api/contents"

    def status(token: str) -> int:
        return httpx.get(
            contents, params={"token": token} if token else {}, trust_env=False
        ).status_code

    eventually(lambda: _answers(contents), "answer of JupyterLab", 60)
    assert (status(""), status("guessed"), status(TOKEN)) == (403, 403, 200)


def _status(url: str, headers: dict[str, str]) -> int:
    return httpx.get(url, headers=headers, trust_env=False).status_code


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code > 0
    except httpx.TransportError:
        return False


def test_deploying_once_more_changes_nothing(everything: Stack) -> None:
    again = everything.compose("run", "--rm", "deploy")
    assert again.returncode == 0, again.stdout
    assert "no changes" in again.stdout


def test_a_newer_stock_image_is_refused_without_its_token(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = ("run", "--rm", "--no-deps", "check")
    assert stack.compose(*check, file="docker-compose.stock.yml").returncode == 0
    monkeypatch.setenv("LOCALSTACK_TAG", "2026.3.0")
    refused = stack.compose(*check, file="docker-compose.stock.yml")
    assert refused.returncode == 1
    assert "localstack/localstack:2026.3.0 does not start without an auth token" in refused.stdout


def test_down_with_volumes_leaves_nothing(everything: Stack) -> None:
    kinds = ["ps", "volume ls", "network ls"]
    assert all(everything.left(kind) for kind in kinds)
    assert everything.compose("down", "--volumes").returncode == 0
    assert {kind: everything.left(kind) for kind in kinds} == {kind: [] for kind in kinds}
