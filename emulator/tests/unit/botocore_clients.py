"""The clients of `botocore_cases.py`: made as usual, or changed by somebody."""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable
from typing import Any
from unittest import mock

import boto3
import botocore.auth
from botocore.config import Config

QUICK = Config(retries={"total_max_attempts": 3}, read_timeout=0.3, connect_timeout=0.3)


def usual(session: boto3.Session, _url: str) -> Any:
    return session.client("dynamodb", config=QUICK)


def standard(session: boto3.Session, _url: str) -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return session.client("dynamodb", config=QUICK.merge(Config(retries=retries)))  # type: ignore[arg-type]


def adaptive(session: boto3.Session, _url: str) -> Any:
    retries = {"mode": "adaptive", "total_max_attempts": 3}
    return session.client("dynamodb", config=QUICK.merge(Config(retries=retries)))  # type: ignore[arg-type]


def elsewhere(session: boto3.Session, _url: str) -> Any:
    return session.client("dynamodb", config=QUICK, endpoint_url="http://127.0.0.1:9")


def through_a_proxy(session: boto3.Session, url: str) -> Any:
    config = QUICK.merge(Config(proxies={"http": url}))
    return session.client("dynamodb", config=config)


def unsigned(session: boto3.Session, _url: str) -> Any:
    return boto3.client("dynamodb", region_name="us-east-2", config=QUICK)


def other_protocol(session: boto3.Session, _url: str) -> Any:
    return session.client("sns", config=QUICK)


def of(service: str, **settings: Any) -> Callable[[boto3.Session, str], Any]:
    """Makes clients of a service."""
    config = QUICK.merge(Config(**settings))
    return lambda session, _url: session.client(service, config=config)  # type: ignore[call-overload]


def table(session: boto3.Session, _url: str) -> Any:
    """The client of a table, with a way to the table itself."""
    made = session.resource("dynamodb", config=QUICK).Table("products")
    made.meta.client.table = made
    return made.meta.client


def debugging(session: boto3.Session, _url: str) -> Any:
    logging.getLogger("botocore").setLevel(logging.DEBUG)
    client = session.client("dynamodb", config=QUICK)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def debugging_urllib3(session: boto3.Session, url: str) -> Any:
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    client = usual(session, url)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def printing(session: boto3.Session, url: str) -> Any:
    http.client.HTTPConnection.debuglevel = -1
    client = usual(session, url)
    client.meta.events.register_last("after-call", _stop_debugging)
    return client


def _stop_debugging(**_given: Any) -> None:
    for name in ("botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    http.client.HTTPConnection.debuglevel = 0


def replaced(session: boto3.Session, url: str) -> Any:
    client = usual(session, url)
    original = client._endpoint._send
    client._endpoint._send = lambda request: original(request)
    return client


def changed_class(session: boto3.Session, url: str) -> Any:
    """A client whose next request is signed by a method that somebody has replaced."""
    original = botocore.auth.SigV4Auth.add_auth

    def add_auth(auth: Any, request: Any) -> None:
        patched.stop()
        request.headers["X-Extra"] = "1"
        original(auth, request)

    patched = mock.patch.object(botocore.auth.SigV4Auth, "add_auth", add_auth)
    patched.start()
    return usual(session, url)
