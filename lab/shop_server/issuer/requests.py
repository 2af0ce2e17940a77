"""What the shop's page asks of the sign-in: a code, with PKCE (RFC 6749, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

CLIENT = "storefront"
"""The page is a public client: it has no secret, as everybody can read it."""

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
LONGEST = 512


class Refused(Exception):
    """A request that is answered with an error; `code` is the standard's."""

    def __init__(self, code: str, why: str) -> None:
        self.code = code
        self.why = why
        super().__init__(f"{code}: {why}")


@dataclass(frozen=True)
class SignInRequest:
    """A valid request to sign somebody in, and where the answer goes."""

    redirect_uri: str
    challenge: str
    state: str
    nonce: str
    scope: str


@dataclass(frozen=True)
class SignedIn:
    """What a code stands for: who has signed in, at which request."""

    customer: str
    request: SignInRequest


def require_page(parameters: Mapping[str, str], page: str) -> None:
    """Raises Refused unless the shop's own page asks. The answer must not go to where it says."""
    if parameters.get("client_id") != CLIENT:
        raise Refused("invalid_client", f"client_id must be {CLIENT}")
    if parameters.get("redirect_uri") != page:
        raise Refused("invalid_request", f"redirect_uri must be {page}")


def read_request(parameters: Mapping[str, str]) -> SignInRequest:
    """Reads the request of a page that `require_page` lets pass. Raises Refused."""
    said = {name: parameters.get(name, "") for name in ("state", "nonce", "scope")}
    challenge = parameters.get("code_challenge", "")
    if parameters.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type must be code")
    if parameters.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Refused("invalid_request", "PKCE with S256 is required")
    if not said["state"] or any(len(text) > LONGEST for text in said.values()):
        raise Refused("invalid_request", f"state is required, and {LONGEST} characters the most")
    if "openid" not in said["scope"].split():
        raise Refused("invalid_scope", "scope must contain openid")
    return SignInRequest(parameters["redirect_uri"], challenge, **said)


def require_verifier(parameters: Mapping[str, str], signed_in: SignedIn) -> None:
    """Raises Refused unless who has the code is who asked for it."""
    verifier = parameters.get("code_verifier", "")
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    right = secrets.compare_digest(challenge, signed_in.request.challenge)
    if not VERIFIER.fullmatch(verifier) or not right:
        raise Refused("invalid_grant", "code_verifier does not fit the code")
    if parameters.get("redirect_uri") != signed_in.request.redirect_uri:
        raise Refused("invalid_grant", "redirect_uri is not that of the code")
