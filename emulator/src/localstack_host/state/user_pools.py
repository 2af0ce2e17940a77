"""The key that moto signs all tokens of user pools with: a file of moto's, so it is not saved."""

from __future__ import annotations

from functools import cache
from typing import Any

KIND = ("joserfc._rfc7518.rsa_key", "RSAKey")


def reduced(_key: Any) -> Any:
    """How the key is pickled: by what reads it."""
    return signing_key, ()


@cache
def signing_key() -> Any:
    """The key, as moto reads it for a new pool."""
    from joserfc.jwk import RSAKey
    from moto.cognitoidp import models
    from moto.utilities.utils import load_resource

    return RSAKey.import_key(load_resource(models.__name__, "resources/jwks-private.json"))
