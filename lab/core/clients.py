"""Creates clients for AWS and for an emulator (boto3), and for HTTP (httpx).

Clients for an emulator ignore the user's AWS configuration, `AWS_*` variables and proxies, which
are meant for AWS. Clients for AWS use them, as the AWS CLI does. Ruff's banned-api rules in
pyproject.toml ensure that nothing else in `lab/` creates a client.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
import httpx
from botocore.config import Config
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfigChainFactory,
    ConfigValueStore,
)
from botocore.loaders import Loader

from lab.core import endpoints

type Session = boto3.Session
type Calls = Config
type HttpClient = httpx.Client

CONNECT_TIMEOUT_S = 5
ATTEMPTS = {"mode": "standard", "total_max_attempts": 3}
ONCE = {"mode": "standard", "total_max_attempts": 1}

ON_AWS = Config(retries=ATTEMPTS, inject_host_prefix=False)  # type: ignore[arg-type]

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""An SSL context without certificates, for plain HTTP: it trusts no HTTPS server."""

QUICKLY = Config(connect_timeout=CONNECT_TIMEOUT_S, retries={"total_max_attempts": 2})
"""For the first call of AWS, so that a missing network is reported quickly."""


KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Keys:
    """Credentials for an emulator; `token` is the session token of a role."""

    access_key: str
    secret: str = "test"  # noqa: S105 - an emulator looks at the key alone
    token: str | None = None


class _Unconfigured(botocore.session.Session):
    """A botocore session with defaults only, which reads neither environment nor files."""

    def _register_config_store(self) -> None:
        factory = ConfigChainFactory(self, environ={})
        store = ConfigValueStore()
        for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items():
            known = os.devnull if name in ("config_file", "credentials_file") else default
            chain = factory.create_config_chain(name, default=known, conversion_func=convert)
            store.set_config_provider(name, chain)
        self.register_component("config_store", store)

    def _register_data_loader(self) -> None:
        self.register_component("data_loader", _models())


@cache
def _models() -> Loader:
    """The loader of botocore's service models, cached, and without ~/.aws.

    Loading the models takes most of the time of creating a client.
    """
    built_in = [Loader.BUILTIN_DATA_PATH]
    return Loader(extra_search_paths=built_in, include_default_search_paths=False)


def emulator_session(keys: Keys, region: str) -> Session:
    """A boto3 session for an emulator: these credentials, this region, botocore's own defaults."""
    return boto3.Session(
        keys.access_key,
        keys.secret,
        keys.token,
        region_name=region,
        botocore_session=_Unconfigured(),
    )


def aws_session(profile: str | None, region: str) -> Session:
    """A boto3 session for AWS, with the user's configuration, variables and proxies."""
    return boto3.Session(region_name=region, profile_name=profile)


def to_emulator(timeout_s: float | None = None) -> Calls:
    """The configuration of calls to an emulator: without proxies.

    With `timeout_s`, a call is not retried, and times out after that many seconds.
    """
    return Config(
        retries=ONCE if timeout_s else ATTEMPTS,  # type: ignore[arg-type]
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=timeout_s or 60,
        inject_host_prefix=False,
        proxies={},
    )


def aws_profiles() -> list[str]:
    """The profiles of the user's AWS configuration."""
    return list(botocore.session.Session().available_profiles)


def aws_profile(name: str | None) -> dict[str, Any]:
    """The settings of a profile in the user's AWS configuration. Raises ProfileNotFound."""
    return dict(botocore.session.Session(profile=name).get_scoped_config())


def http(base_url: str, **options: Any) -> HttpClient:
    """An HTTP client for `base_url`; `options` are those of httpx.

    Uses the user's proxies and certificates only for hosts on the internet.
    """
    # Loading all certificates takes longer than a request to an emulator.
    trusted = {} if base_url.startswith("https:") else {"verify": NOBODY}
    options = {**trusted, **options}
    return httpx.Client(base_url=base_url, trust_env=_is_outside(base_url), **options)


def get(url: str, timeout_s: float) -> httpx.Response:
    """Sends one GET request."""
    with http(url, timeout=timeout_s) as client:
        return client.get("")


def _is_outside(url: str) -> bool:
    """Whether a URL is on the internet: an emulator uses plain HTTP or runs on this machine."""
    place = urlsplit(url)
    return place.scheme == "https" and not endpoints.is_loopback(place.hostname or "")
