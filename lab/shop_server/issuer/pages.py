"""The pages of the sign-in. Whoever serves the shop mounts them at `/sign-in`, same origin.

The server before them takes only requests to the loopback address, and none of other websites.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from checkout_api.tokens import is_customer_id
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import token_keys, tokens
from lab.shop_server.issuer.one_time import OneTime
from lab.shop_server.issuer.requests import (
    CLIENT,
    Refused,
    SignedIn,
    SignInRequest,
    read_request,
    require_page,
    require_verifier,
)

PATH = "/sign-in"
CUSTOMERS = ("ada", "grace", "alan", "katherine", "linus")
WAITS_S = 600
CODE_S = 60
MAX_BODY = 8_192
FORM = "application/x-www-form-urlencoded"

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # no-referrer makes the form send `Origin: null`
    "X-Content-Type-Options": "nosniff",
}


def routes(target: Target, origin: str) -> list[BaseRoute]:
    """The pages for an environment's shop at `origin`, to be mounted at `PATH`."""
    pages = Pages(target, f"{origin}/")
    return [
        Route("/authorize", pages.ask, methods=["GET"]),
        Route("/authorize", pages.sign_in, methods=["POST"]),
        Route("/token", pages.token, methods=["POST"]),
        Route("/keys", pages.keys, methods=["GET"]),
        Route("/logout", pages.sign_out, methods=["GET"]),
        Route("/style.css", pages.style, methods=["GET"]),
    ]


def config(target: Target, origin: str) -> dict[str, str]:
    """What the shop's page needs to know to have customers signed in, for its `config.json`.

    Raises LabError if the environment is not deployed.
    """
    return {
        "issuer": tokens.read_settings(target)["issuer"],
        "clientId": CLIENT,
        "authorizeUrl": f"{origin}{PATH}/authorize",
        "tokenUrl": f"{origin}{PATH}/token",
        "logoutUrl": f"{origin}{PATH}/logout",
        "scope": "openid",
        "token": "access_token",
    }


class Pages:
    """The pages, and what they remember while somebody signs in.

    `page` is the address of the shop's page, which every answer goes to.
    """

    def __init__(self, target: Target, page: str) -> None:
        self.target = target
        self.page = page
        self.waiting: OneTime[SignInRequest] = OneTime(WAITS_S)
        self.codes: OneTime[SignedIn] = OneTime(CODE_S)

    def ask(self, request: Request) -> Response:
        """The page that asks who it is. Its form has a name that only who sees the page knows."""
        parameters = dict(request.query_params)
        try:
            require_page(parameters, self.page)
        except Refused as refused:
            return _wrong_page(refused)
        try:
            wanted = read_request(parameters)
        except Refused as refused:
            said = {"error": refused.code, "error_description": refused.why}
            return _back(parameters["redirect_uri"], said | _state(parameters))
        return _asking(self.waiting.keep(wanted))

    async def sign_in(self, request: Request) -> Response:
        """Sends the browser back to the shop with a code for who was chosen."""
        try:
            form = await _form(request)
        except Refused as refused:
            return _wrong_page(refused)
        customer = form.get("customer", "").strip()
        wanted = self.waiting.take(form.get("request", ""))
        if wanted is None:
            return _wrong_page(Refused("invalid_request", "the page was open too long, or used"))
        if not is_customer_id(customer):
            return _asking(self.waiting.keep(wanted), customer)
        code = self.codes.keep(SignedIn(customer, wanted))
        return _back(wanted.redirect_uri, {"code": code, "state": wanted.state})

    async def token(self, request: Request) -> Response:
        """Gives the tokens for a code to who asked for it."""
        try:
            signed_in = self._redeem(await _form(request))
            issued = await run_in_threadpool(self._tokens, signed_in)
        except Refused as refused:
            said = {"error": refused.code, "error_description": refused.why}
            return JSONResponse(said, 400, HEADERS)
        except LabError as error:
            said = {"error": "temporarily_unavailable", "error_description": error.message}
            return JSONResponse(said, 503, HEADERS)
        return JSONResponse(issued, headers=HEADERS)

    def _redeem(self, form: Mapping[str, str]) -> SignedIn:
        if form.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type", "grant_type must be authorization_code")
        if form.get("client_id") != CLIENT:
            raise Refused("invalid_client", f"client_id must be {CLIENT}")
        signed_in = self.codes.take(form.get("code", ""))
        if signed_in is None:
            raise Refused("invalid_grant", "the code is unknown, used or too old")
        require_verifier(form, signed_in)
        return signed_in

    def _tokens(self, signed_in: SignedIn) -> dict[str, Any]:
        issuer = tokens.Issuer.of(self.target)
        return {
            "access_token": issuer.access_token(signed_in.customer),
            "id_token": issuer.id_token(signed_in.customer, CLIENT, signed_in.request.nonce),
            "token_type": "Bearer",
            "expires_in": int(tokens.LIFETIME.total_seconds()),
            "scope": "openid",
        }

    def keys(self, _request: Request) -> Response:
        """The public keys, as the functions have them."""
        return JSONResponse({"keys": token_keys.published(self.target)}, headers=HEADERS)

    def sign_out(self, request: Request) -> Response:
        """Sends the browser back to the shop: here nobody stays signed in."""
        if request.query_params.get("logout_uri") != self.page:
            return _wrong_page(Refused("invalid_request", f"logout_uri must be {self.page}"))
        return _back(self.page, {})

    def style(self, _request: Request) -> Response:
        """How the page looks."""
        return Response((FOLDER / "page.css").read_text("utf-8"), media_type="text/css")


def _asking(request_name: str, refused: str | None = None) -> Response:
    """The page, again if a name was refused."""
    buttons = "\n".join(
        f'<button name="customer" value="{name}">{name.title()}</button>' for name in CUSTOMERS
    )
    shown = (refused or "")[:40]
    problem = f"No customer can be called {shown!r}: 1 to 128 printable characters, no #."
    filled = {
        "request": escape(request_name),
        "buttons": buttons,
        "problem": f'<p role="alert">{escape(problem)}</p>' if refused is not None else "",
    }
    page = Template((FOLDER / "page.html").read_text("utf-8"))
    return HTMLResponse(page.substitute(filled), 200 if refused is None else 422, HEADERS)


def _wrong_page(refused: Refused) -> Response:
    """What is told to the person, because the request says nothing that can be trusted."""
    text = f"Nobody was signed in: {escape(refused.why)}."
    page = Template((FOLDER / "refused.html").read_text("utf-8"))
    return HTMLResponse(page.substitute(text=text), 400, HEADERS)


def _back(page: str, answer: Mapping[str, str]) -> Response:
    query = f"?{urlencode(answer)}" if answer else ""
    return RedirectResponse(f"{page}{query}", 303, HEADERS)


def _state(parameters: Mapping[str, str]) -> dict[str, str]:
    return {"state": parameters["state"]} if parameters.get("state") else {}


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each of which must be there once. Raises Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused("invalid_request", f"the body must be {FORM}")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused("invalid_request", f"the body has more than {MAX_BODY} bytes")
    return _fields(body)


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise Refused("invalid_request", "the body is no form") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Refused("invalid_request", "a field is there twice")
    return fields
