"""The one place that makes clients: of AWS and of an emulator (boto3), and of HTTP (httpx).

An emulator is this lab's own matter. Its clients take nothing from the user's AWS configuration,
from `AWS_*` variables or from proxies: whatever these say is meant for the real AWS. Clients of the
real AWS take all of it, as the AWS CLI does. Nothing else in `lab/` makes a client: ruff's
banned-api rules in pyproject.toml see to that.
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
"""For plain HTTP: whatever it led to by https would not be trusted."""

QUICKLY = Config(connect_timeout=CONNECT_TIMEOUT_S, retries={"total_max_attempts": 2})
"""For the first call of AWS: without a network it should not take minutes to find that out."""


@dataclass(frozen=True)
class Keys:
    """Credentials of an emulator; `token` is that of a role's session."""

    access_key: str
    secret: str = "test"  # noqa: S105 - an emulator looks at the key alone
    token: str | None = None


class _Unconfigured(botocore.session.Session):
    """A botocore session that has botocore's defaults, and asks neither environment nor files."""

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
    """The descriptions of AWS's services that botocore brings, read once; by default ~/.aws, too.

    Reading them is most of the work of making a client.
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
    """A boto3 session for AWS, as the user's configuration, variables and proxies want it."""
    return boto3.Session(region_name=region, profile_name=profile)


def to_emulator(timeout_s: float | None = None) -> Calls:
    """How an emulator is called: never by a proxy.

    With `timeout_s` each call is made once, and ends after that many seconds without an answer.
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
    """What the user's AWS configuration says of a profile. Raises ProfileNotFound."""
    return dict(botocore.session.Session(profile=name).get_scoped_config())


def http(base_url: str, **options: Any) -> HttpClient:
    """An HTTP client of what is at `base_url`; `options` are httpx's own.

    The user's proxies and certificates count for what is on the internet, and for nothing else.
    """
    # Reading the certificates of the world takes longer than asking an emulator.
    trusted = {} if base_url.startswith("https:") else {"verify": NOBODY}
    options = {**trusted, **options}
    return httpx.Client(base_url=base_url, trust_env=_is_outside(base_url), **options)


def get(url: str, timeout_s: float) -> httpx.Response:
    """One `GET`."""
    with http(url, timeout=timeout_s) as client:
        return client.get("")


def _is_outside(url: str) -> bool:
    """Whether it is on the internet: an emulator speaks plain HTTP, or lives on this machine."""
    place = urlsplit(url)
    return place.scheme == "https" and not endpoints.is_loopback(place.hostname or "")
