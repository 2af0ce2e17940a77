"""Sign-in for the local shop: a page that asks who you are, and a token for whom you choose."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from lab.core.target import Target
from lab.shop import tokens

CUSTOMERS = ("ada", "grace", "alan", "linus")


def config(target: Target, origin: str) -> dict[str, str]:  # noqa: ARG001
    """The sign-in part of config.json."""
    return {
        "issuer": f"{origin}/sign-in",
        "clientId": "storefront",
        "authorizeUrl": "sign-in/authorize",
        "tokenUrl": "sign-in/token",
        "logoutUrl": "",
        "scope": "openid",
        "token": "access_token",
    }


def routes(target: Target, origin: str) -> list[BaseRoute]:
    """The authorize page and the token endpoint."""
    codes: dict[str, tuple[str, str]] = {}

    async def authorize(request: Request) -> Response:
        query = dict(request.query_params)
        if (who := query.pop("as", "")) in CUSTOMERS:
            code = secrets.token_urlsafe(24)
            codes[code] = who, query["code_challenge"]
            back = urlencode({"code": code, "state": query["state"]})
            return RedirectResponse(f"{origin}/?{back}", 303)
        links = "".join(
            f'<li><a class="button" href="?{escape(urlencode({**query, "as": name}))}">'
            f"{name.title()}</a></li>"
            for name in CUSTOMERS
        )
        return HTMLResponse(
            '<!doctype html><html lang="en"><title>Sign in</title>'
            '<link rel="stylesheet" href="/style.css"><main><h1>Sign in as</h1>'
            f"<ul>{links}</ul></main></html>"
        )

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        who, challenge = codes.pop(str(form["code"]), ("", ""))
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if not who or urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        minted = await run_in_threadpool(tokens.mint, target, who)
        return JSONResponse({"access_token": minted, "token_type": "Bearer", "expires_in": 3600})

    return [Route("/authorize", authorize), Route("/token", token, methods=["POST"])]
