"""The levers of the machine room are undone: when their time is over, and when the server ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError
from starlette.applications import Starlette

from lab.core.errors import LabError
from lab.shop_server.machine_room import levers as levers_module
from lab.shop_server.machine_room import routes
from lab.shop_server.machine_room.faults import FaultSwitch
from lab.shop_server.machine_room.levers import Levers
from lab.shop_server.machine_room.routes import Room

FAIL = {"state": "GenerateOrder"}
TAKE = {"function": "stock-checker"}
POLICY = {"Statement": [{"Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": "*"}]}
AWAY = EndpointConnectionError(endpoint_url="http://127.0.0.1:4566")


class Events:
    """What was done, in order; some of it fails once."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails: dict[str, Exception] = {}

    def of(self, name: str) -> Callable[..., None]:
        def happen(*_: object) -> None:
            if error := self.fails.pop(name, None):
                raise error
            self.done.append(name)

        return happen


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    events = Events()
    role = SimpleNamespace(policy=POLICY, take=events.of("take"))
    monkeypatch.setattr(levers_module.roles, "borrow", lambda *_: role)
    monkeypatch.setattr(levers_module.roles, "give_back", events.of("give back"))
    monkeypatch.setattr(routes.roles, "give_back_forgotten", lambda _target: None)
    monkeypatch.setattr(routes, "LOOKS_EVERY_S", 0.01)
    return events


@pytest.fixture
def room(events: Events) -> Room:
    nothing: Any = SimpleNamespace()
    bus: Any = SimpleNamespace(open=events.of("open"), close=events.of("close"))
    panels: Any = SimpleNamespace(close=events.of("close panels"))
    fault = FaultSwitch()
    return Room(nothing, panels, Levers(nothing, nothing, fault), fault, bus)


def until(is_so: Callable[[], bool]) -> Callable[[], Any]:
    async def wait() -> None:
        async with asyncio.timeout(10):
            while not is_so():
                await asyncio.sleep(0.01)

    return wait


def run(room: Room, wait: Callable[[], Any]) -> None:
    async def serve() -> None:
        async with room.lifespan(Starlette()):
            await wait()

    asyncio.run(serve())


def test_a_lever_that_everybody_forgot_is_undone_although_nobody_looks(
    room: Room, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levers_module, "STANDS_FOR", timedelta())
    assert room.levers
    room.levers.pull("fail", FAIL)
    room.levers.pull("permission", TAKE)
    run(room, until(lambda: room.fault.now is None and "give back" in events.done))


def test_one_whose_time_is_not_over_stands(room: Room, events: Events) -> None:
    assert room.levers
    room.levers.pull("permission", TAKE)
    room.levers.undo_what_is_over()
    assert events.done == ["take"]


@pytest.mark.parametrize("error", [LabError("It is not there.", ""), AWAY])
def test_what_could_not_be_undone_is_undone_later(
    room: Room, events: Events, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(levers_module, "STANDS_FOR", timedelta())
    events.fails["give back"] = error
    assert room.levers
    room.levers.pull("permission", TAKE)
    run(room, until(lambda: "give back" in events.done))


def test_what_could_not_be_undone_by_hand_still_stands(room: Room, events: Events) -> None:
    events.fails["give back"] = AWAY
    assert room.levers
    room.levers.pull("permission", TAKE)
    with pytest.raises(EndpointConnectionError):
        room.levers.pull("undo", {"lever": "permission"})
    assert room.levers.pull("undo", {"lever": "permission"}).startswith("Undone")


def test_the_listener_is_closed_although_a_lever_cannot_be_undone(
    room: Room, events: Events
) -> None:
    events.fails["give back"] = LabError("refused")
    assert room.levers
    room.levers.pull("permission", TAKE)
    with pytest.raises(LabError, match="refused"):
        run(room, lambda: asyncio.sleep(0))
    assert events.done[-1] == "close"


def test_of_an_emulator_that_has_ended_nothing_is_left_to_undo(room: Room, events: Events) -> None:
    events.fails["give back"] = AWAY
    assert room.levers
    room.levers.pull("permission", TAKE)

    run(room, lambda: asyncio.sleep(0))

    assert events.done[-1] == "close"


async def posted(room: Room, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=room.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.post(path, json=TAKE)


def test_an_emulator_that_is_away_is_said_in_words(room: Room, events: Events) -> None:
    events.fails["take"] = AWAY
    answer = asyncio.run(posted(room, "/machine-room/levers/permission"))
    assert answer.status_code == 502
    assert "Could not connect" in answer.json()["message"]
