"""The public keys of issuers of tokens: user pools of this emulator, and issuers on this machine.

API Gateway gets them of `/.well-known/openid-configuration` below the issuer. Of others than those
on this machine nothing is fetched: the emulator does not depend on a network.
"""

from __future__ import annotations

import logging
import re
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import requests

LOG = logging.getLogger(__name__)
USER_POOL = re.compile(r"https://cognito-idp\.([a-z0-9-]+)\.amazonaws\.com/([\w-]+)")
HERE = re.compile(r"localhost|127\.0\.0\.1|::1|(.+\.)?localhost\.localstack\.cloud")
KEPT_S = 300.0
FAILURE_KEPT_S = 5.0
TIMEOUT_S = 5.0
MOST_ISSUERS = 1000
_kept: dict[str, tuple[float, Any]] = {}


class NoKeys(Exception):
    """The keys of an issuer cannot be had."""


def keys_of(issuer: str) -> Any:
    """The keys (joserfc's) of an issuer. Raises NoKeys."""
    pool = USER_POOL.fullmatch(issuer)
    if pool:
        return _of_user_pool(pool[1], pool[2])
    if not HERE.fullmatch(urlsplit(issuer).hostname or ""):
        LOG.warning("The issuer %s is neither a user pool nor on this machine", issuer)
        raise NoKeys("the issuer cannot be reached")
    until, found = _kept.get(issuer, (0.0, None))
    if until < time.monotonic():
        found = _attempt(issuer)
        if len(_kept) >= MOST_ISSUERS:
            _kept.clear()
        kept_s = FAILURE_KEPT_S if isinstance(found, NoKeys) else KEPT_S
        _kept[issuer] = (time.monotonic() + kept_s, found)
    if isinstance(found, NoKeys):
        raise NoKeys(*found.args)
    return found


def _attempt(issuer: str) -> Any:
    """The keys, or why there are none: an issuer that hangs is not asked for every request."""
    try:
        return _fetched(issuer)
    except NoKeys as error:
        return error


def _of_user_pool(region: str, name: str) -> Any:
    from moto.cognitoidp.models import cognitoidp_backends

    for account in list(cognitoidp_backends):
        with suppress(KeyError):  # there is no such region
            pool = cognitoidp_backends[account][region].user_pools.get(name)
            if pool is not None:
                return pool.json_web_key
    raise NoKeys("the issuer is not a user pool of this emulator")


def _fetched(issuer: str) -> Any:
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        settings = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        address = str(settings["jwks_uri"])
        if not HERE.fullmatch(urlsplit(address).hostname or ""):
            raise NoKeys("the keys of the issuer are not on this machine")
        return KeySet.import_key_set(_json(address))
    except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as error:
        LOG.warning("The keys of the issuer %s cannot be had: %s", issuer, error)
        raise NoKeys("the keys of the issuer cannot be had") from error


def _json(address: str) -> Any:
    # Not by a proxy of the user's, and to no other place than this.
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(address, timeout=TIMEOUT_S, allow_redirects=False)
        response.raise_for_status()
        return response.json()
