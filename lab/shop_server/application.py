"""The pages and the routes of `lab shop`, as an ASGI application."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from lab.core import paths
from lab.core.target import Target
from lab.deploy.storefront import TYPES
from lab.shop_server import issuer
from lab.shop_server.api_proxy import ApiProxy
from lab.shop_server.guard import Guard
from lab.shop_server.machine_room import routes as machine_room

STOREFRONT = paths.ROOT / "storefront"
PICTURES = paths.ROOT / "seed" / "pictures"


class Files(StaticFiles):
    """Static files that are asked for again each time, so that a saved change shows."""

    def file_response(self, *args: object, **options: object) -> Response:
        """See `StaticFiles`."""
        response: Response = super().file_response(*args, **options)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


class Page(Files):
    """The storefront's files. As with CloudFront, a path that names none leads to the page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See `StaticFiles`."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND or "." in path.rpartition(os.sep)[2]:
                raise
            return RedirectResponse("/", HTTPStatus.FOUND)


def application(target: Target, port: int, read_only: bool = False) -> Starlette:
    """The shop at `http://localhost:<port>`; `read_only` leaves the levers out.

    Raises LabError if the environment is not deployed.
    """
    for suffix, kind in TYPES.items():
        mimetypes.add_type(kind.partition(";")[0], suffix)
    room = machine_room.Room.of(target, read_only)
    proxy = ApiProxy(target, room.fault.inject)
    proxy.require()
    origin = f"http://localhost:{port}"
    routes: list[BaseRoute] = [
        *proxy.routes(),
        Route("/config.json", _config(target, origin)),
        Mount("/sign-in", routes=issuer.routes(target, origin)),
        *room.routes(),
        Mount("/pictures", Files(directory=PICTURES)),
        Mount("/", Page(directory=STOREFRONT, html=True)),
    ]
    return Starlette(
        routes=routes, middleware=[Middleware(Guard, port=port)], lifespan=room.lifespan
    )


def _config(target: Target, origin: str) -> Callable[[Request], Response]:
    """What the storefront asks for first: where to sign in, and how one pays."""

    def answer(_request: Request) -> Response:
        content = {**issuer.config(target, origin), "payment": "simulated"}
        return JSONResponse(content, headers={"Cache-Control": "no-store"})

    return answer
