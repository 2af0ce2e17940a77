"""An issuer of tokens on this machine, with its OpenID configuration and keys."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

Claims = dict[str, Any]


class Issuer:
    """Issues tokens, and serves the keys that they are verified with."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/issuer"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                pages = {
                    "/issuer/.well-known/openid-configuration": {
                        "issuer": issuer.url,
                        "jwks_uri": f"{issuer.url}/keys",
                    },
                    "/issuer/keys": {"keys": [issuer.key.as_dict(private=False)]},
                }
                body = json.dumps(pages.get(self.path, {})).encode()
                self.send_response(200 if self.path in pages else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: Any) -> None:
                """Writes nothing."""

        return Handler

    def token(self, key: RSAKey | None = None, **claims: Any) -> str:
        """A token for the audience `shop`, valid for a minute, but for what the claims say."""
        now = int(time.time())
        known: Claims = {"iss": self.url, "sub": "ada", "aud": "shop", "iat": now, "exp": now + 60}
        given = {n: v for n, v in (known | claims).items() if v is not None}
        return str(jwt.encode({"alg": "RS256", "kid": "k1"}, given, key or self.key))

    def stop(self) -> None:
        """Ends the server."""
        self.server.shutdown()
        self.server.server_close()
