"""Reads the keys of whoever issues customers' tokens, and again when there is a new one."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from checkout import key_set
from checkout.domain.errors import NotConfigured, WrongSetting
from checkout.key_set import KeySet, RsaKey
from checkout.ports import Monitoring
from checkout.settings import ParameterStore

REREAD_S = 10
"""An unknown key id has the keys read anew, and at most this often: anybody can make one up."""

KEEP_S = 3_600
"""For how long fetched keys are used without asking again, so that one that is gone is no more."""

TIMEOUT_S = 2
SHOWN = 100  # characters of why
UNREACHABLE = (OSError, ValueError, http.client.HTTPException)


@dataclass
class IssuerKeys:
    """See `ports.IssuerKeys`. The keys are in the settings, or at the URL that is there."""

    parameters: ParameterStore
    monitoring: Monitoring
    fetch: Callable[[str], str]
    now: Callable[[], float] = time.monotonic
    _fetched: dict[str, tuple[float, KeySet]] = field(default_factory=dict)
    _reread_at: float | None = None

    def find(self, kid: str) -> RsaKey | None:
        """See `ports.IssuerKeys`."""
        key = self._keys(fresh=False).get(kid)
        if key is None and self._may_reread():
            self._reread_at = self.now()
            key = self._keys(fresh=True).get(kid)
        return key

    def _may_reread(self) -> bool:
        return self._reread_at is None or self.now() - self._reread_at >= REREAD_S

    def _keys(self, fresh: bool) -> KeySet:
        tokens = self.parameters.tokens(fresh)
        if not tokens.keys_url:
            return tokens.keys
        read_at, keys = self._fetched.get(tokens.keys_url, (0.0, None))
        if keys is None or fresh or self.now() - read_at >= KEEP_S:
            return self._fetch(tokens.keys_url, keys)
        return keys

    def _fetch(self, url: str, known: KeySet | None) -> KeySet:
        """The keys at the URL; those that are known if it does not respond."""
        try:
            keys = key_set.parse(self.fetch(url))
        except UNREACHABLE as error:
            setting = f"{self.parameters.path}/auth/key-set-url"
            reason = f"leads to no keys: {str(error)[:SHOWN]}"
            self.monitoring.wrong_setting(WrongSetting(setting, reason))
            if known is None:
                raise NotConfigured from None
            keys = known
        self._fetched = {url: (self.now(), keys)}
        return keys


def fetch_over_https(url: str) -> str:
    """What is at the URL of a key set. Raises OSError or ValueError; follows no redirect."""
    from urllib import request  # only where there is a URL: it takes time to import

    class NoRedirect(request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any, **__: Any) -> None:
            """Whoever wants to move the keys changes the setting."""

    with request.build_opener(NoRedirect).open(url, timeout=TIMEOUT_S) as response:
        body: bytes = response.read(key_set.MAX_LENGTH + 1)
    return body.decode("utf-8")
