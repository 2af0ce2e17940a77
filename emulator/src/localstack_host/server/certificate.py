"""The certificate for TLS clients: self-signed, for this machine's names.

LocalStack creates one with functions that pyOpenSSL 26.2 has removed, which would keep cryptography
at version 47. It uses a certificate that is already in the expected file.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localstack_host.localstack_api import on_infra_start

NAMES = ("localhost", "*.localhost", "localhost.localstack.cloud", "*.localhost.localstack.cloud")
LOOPBACK = ("127.0.0.1", "::1")
VALID = timedelta(days=397)
"""Browsers reject a certificate that is valid for longer: https://support.apple.com/102028."""
RENEWED_BEFORE = timedelta(days=30)


@on_infra_start()
def make_certificate() -> None:
    """Stores a certificate in the file that LocalStack reads, unless that has a valid one."""
    from localstack.utils.ssl import get_cert_pem_file_path

    file = Path(get_cert_pem_file_path())  # type: ignore[no-untyped-call]
    if not is_valid(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(key_and_certificate())


def is_valid(file: Path, now: datetime | None = None) -> bool:
    """Whether a file has a certificate that does not expire within RENEWED_BEFORE."""
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return False
    return certificate.not_valid_after_utc - RENEWED_BEFORE > (now or datetime.now(UTC))


def key_and_certificate() -> bytes:
    """A new private key and its certificate, in PEM format."""
    key = ec.generate_private_key(ec.SECP256R1())
    private_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private_key + _certificate(key).public_bytes(serialization.Encoding.PEM)


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(hours=1)
    alternatives = [
        *(x509.DNSName(one) for one in NAMES),
        *(x509.IPAddress(ipaddress.ip_address(one)) for one in LOOPBACK),
    ]
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + VALID)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
