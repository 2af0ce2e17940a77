"""The routes of the machine room: pages, the stream of what changes, and the levers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
)
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import roles
from lab.shop_server.machine_room.bus import BusListener
from lab.shop_server.machine_room.faults import FaultSwitch
from lab.shop_server.machine_room.levers import Levers
from lab.shop_server.machine_room.panels import Panels
from lab.shop_server.machine_room.sources import Sources

PAGES = Path(__file__).with_name("pages")
PAUSE_S = 0.4
LOOKS_EVERY_S = 5
JSON_TYPE = "application/json"


@dataclass
class Room:
    """The machine room of an environment; without levers if it is read-only."""

    target: Target
    panels: Panels
    levers: Levers | None
    fault: FaultSwitch
    bus: BusListener

    @classmethod
    def of(cls, target: Target, read_only: bool) -> Room:
        """The room of an environment."""
        sources, fault, bus = Sources(target), FaultSwitch(), BusListener(target)
        levers = None if read_only else Levers(target, sources, fault)
        return cls(target, Panels(sources, bus, levers), levers, fault, bus)

    def routes(self) -> list[BaseRoute]:
        """All routes of the room."""
        return [
            Route("/machine-room/state", self.state),
            Route("/machine-room/stream", self.stream),
            Route("/machine-room/levers/{name}", self.pull, methods=["POST"]),
            Route("/side-by-side", lambda _request: RedirectResponse("/side-by-side/")),
            Mount("/side-by-side", StaticFiles(directory=PAGES / "side-by-side", html=True)),
            Route("/machine-room", lambda _request: RedirectResponse("/machine-room/")),
            Mount("/machine-room", StaticFiles(directory=PAGES, html=True)),
        ]

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Listens to the bus while the server runs, and leaves everything as it was."""
        await run_in_threadpool(self.bus.open)
        if self.levers:
            await run_in_threadpool(roles.give_back_forgotten, self.levers.target)
        ending = asyncio.create_task(self._undo_what_is_over())
        try:
            yield
        finally:
            ending.cancel()
            self.panels.close()
            with suppress(EndpointConnectionError, ConnectionClosedError):  # it ended before
                await self._leave()

    async def _leave(self) -> None:
        try:
            if self.levers:
                await run_in_threadpool(self.levers.undo_all)
        finally:
            await run_in_threadpool(self.bus.close)

    async def _undo_what_is_over(self) -> None:
        """Whether anybody looks or not."""
        while self.levers:
            await asyncio.sleep(LOOKS_EVERY_S)
            await run_in_threadpool(self.levers.undo_what_is_over)

    async def state(self, request: Request) -> Response:
        """All panels at once, for a browser without a stream."""
        order = request.query_params.get("order", "")
        return JSONResponse(
            await run_in_threadpool(self.panels.look, order), headers={"Cache-Control": "no-store"}
        )

    async def stream(self, request: Request) -> Response:
        """Server-sent events: the panels that have changed, as one JSON object."""
        order = request.query_params.get("order", "")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._changes(order), 200, headers, "text/event-stream")

    async def _changes(self, order: str) -> AsyncIterator[str]:
        known: dict[str, str] = {}
        while True:
            panels = await run_in_threadpool(self.panels.look, order)
            written = {name: json.dumps(panel) for name, panel in panels.items()}
            changed = {n: panels[n] for n, text in written.items() if known.get(n) != text}
            known = written
            yield f"data: {json.dumps(changed)}\n\n" if changed else ": nothing new\n\n"
            await asyncio.sleep(PAUSE_S)

    async def pull(self, request: Request) -> Response:
        """Pulls a lever: `{"message": …}`, or 403 in a room that is read-only."""
        if self.levers is None:
            return JSONResponse({"message": "This machine room is read-only."}, 403)
        if request.headers.get("content-type", "").split(";")[0] != JSON_TYPE:
            return JSONResponse({"message": f"Send Content-Type: {JSON_TYPE}."}, 415)
        try:
            options: Any = await request.json()
            message = await run_in_threadpool(
                self.levers.pull, request.path_params["name"], dict(options)
            )
        except (ValueError, TypeError):
            return JSONResponse({"message": "The lever's options are no JSON object."}, 400)
        except LabError as error:
            return JSONResponse({"message": f"{error.message} {error.hint}".strip()}, 422)
        except (BotoCoreError, ClientError) as error:
            return JSONResponse({"message": f"The emulator did not do it: {error}"}, 502)
        return JSONResponse({"message": message})
