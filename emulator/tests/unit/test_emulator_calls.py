"""The calls that are noted do not fill the memory when nobody ends the noting."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.gateway import call_recorder


def call() -> Any:
    named = SimpleNamespace(service_name="sqs")
    return SimpleNamespace(
        operation=SimpleNamespace(name="SendMessage"),
        service=named,
        service_request={},
        service_response={},
    )


@pytest.mark.parametrize(("made", "kept", "full"), [(2, 2, False), (3, 3, True), (5, 3, True)])
def test_no_more_than_so_many_are_kept(
    monkeypatch: pytest.MonkeyPatch, made: int, kept: int, full: bool
) -> None:
    monkeypatch.setattr(call_recorder, "MOST", 3)
    monkeypatch.setattr(call_recorder.Calls, "_caller", lambda self, context: "")
    noted = call_recorder.Calls()
    noted.begin(None)
    for _ in range(made):
        noted.note(None, call(), SimpleNamespace(status_code=200))
    said = json.loads(noted.end(None).get_data())
    assert (len(said["calls"]), said["full"]) == (kept, full)
