"""The certificate for clients that speak TLS."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from localstack import config
from localstack.utils.ssl import create_ssl_cert

from localstack_host.server import certificate
from localstack_host.server.limits import LIMITS
from tests.unit.server.conftest import Serve


def ok(_environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return [b"ok"]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where LocalStack looks for a certificate."""
    path = tmp_path / "new" / "server.test.pem"
    monkeypatch.setattr(config, "CUSTOM_SSL_CERT_PATH", str(path))
    return path


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_localstack_serves_it_and_a_client_that_trusts_it_takes_it(
    host: str, file: Path, serve: Serve
) -> None:
    certificate.make_certificate()
    _, cert, key = create_ssl_cert()
    port = serve(ok, LIMITS, tls=(cert, key)).port

    trusting = ssl.create_default_context(cafile=cert)
    connection = http.client.HTTPSConnection(host, port, timeout=5, context=trusting)
    connection.request("GET", "/")

    assert connection.getresponse().read() == b"ok"


def test_one_that_is_valid_stays(file: Path) -> None:
    certificate.make_certificate()
    first = file.read_bytes()
    certificate.make_certificate()

    assert file.read_bytes() == first


@pytest.mark.parametrize("damaged", [b"", b"no certificate"])
def test_one_that_cannot_be_read_is_made_anew(damaged: bytes, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(damaged)
    certificate.make_certificate()

    assert certificate.is_valid(file)


def test_one_that_ends_soon_is_not_valid_any_more(file: Path) -> None:
    certificate.make_certificate()
    ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc

    assert certificate.is_valid(file, ends - certificate.RENEWED_BEFORE - timedelta(days=1))
    assert not certificate.is_valid(file, ends - timedelta(days=1))
    assert ends < datetime.now(UTC) + timedelta(days=398)  # more than browsers take
