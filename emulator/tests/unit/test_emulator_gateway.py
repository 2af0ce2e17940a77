"""The repairs of API Gateway that need no emulator."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.routing import Map, PathConverter, Rule

from localstack_host.services.apigateway import patches
from localstack_host.services.apigateway.provider import RestApis


def test_changes_of_a_stage_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each changes a copy of the stage and puts it back: two at a time would lose one."""
    inside, most = [], []

    def change(*_: Any) -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()

    monkeypatch.setattr(RestApis, "_update_stage", change)
    gateway = RestApis()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: gateway.update_stage(None, "api", "stage"), range(10)))

    assert max(most) == 1


def test_a_path_with_a_line_feed_finds_its_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PathConverter, "regex", PathConverter.regex)
    patches.patch_paths()
    routes = Map([Rule("/_aws/execute-api/<api>/<path:path>")]).bind("localhost")

    assert routes.match("/_aws/execute-api/a1/dev/products/\n1")[1]["path"] == "dev/products/\n1"
