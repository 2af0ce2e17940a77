"""RS256 in Python, compared with a library, and with forgeries that fooled others."""

from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from checkout import key_set
from checkout.key_set import SHA_256, RsaKey
from lab.shop.token_keys import SigningKey
from tests.shop import KEY

MESSAGE = b"header.claims"
NUMBERS = KEY.private.private_numbers()
MODULUS, SIZE = NUMBERS.public_numbers.n, 256
OURS = RsaKey(MODULUS, 65_537)
DIGEST = SHA_256 + hashlib.sha256(MESSAGE).digest()
PADDING = b"\xff" * (SIZE - len(DIGEST) - 3)


def signing(encoded: bytes) -> bytes:
    """The signature whose inside is exactly this."""
    return pow(int.from_bytes(encoded), NUMBERS.d, MODULUS).to_bytes(SIZE)


def library_says(signature: bytes, message: bytes) -> bool:
    try:
        KEY.private.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@given(st.binary(max_size=300))
def test_what_a_library_signs_is_verified(message: bytes) -> None:
    signature = KEY.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
    assert OURS.verifies(signature, message)


@pytest.mark.parametrize("bits", [2_048, 2_056, 3_072, 4_096])
def test_keys_of_any_length_verify(bits: int) -> None:
    key = SigningKey(rsa.generate_private_key(65_537, bits))
    (ours,) = key_set.parse(json.dumps({"keys": [key.public]})).values()
    signature = key.private.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert ours.verifies(signature, MESSAGE)
    assert not ours.verifies(signature, MESSAGE + b"x")


INSIDES = {
    "right": b"\x00\x01" + PADDING + b"\x00" + DIGEST,
    "another digest": b"\x00\x01" + PADDING + b"\x00" + DIGEST[:-1] + b"\x00",
    "padding that ends early": b"\x00\x01" + b"\xff" * 8 + b"\x00" + DIGEST + b"\x00" * 194,
    "something in the padding": b"\x00\x01" + PADDING[:-1] + b"\xfe\x00" + DIGEST,
    "padding for encryption": b"\x00\x02" + PADDING + b"\x00" + DIGEST,
    "no zero in front": b"\x01\x01" + PADDING + b"\x00" + DIGEST,
    "no zero behind": b"\x00\x01" + PADDING + b"\x01" + DIGEST,
    "without the algorithm": b"\x00\x01" + b"\xff" * 221 + b"\x00" + DIGEST[-32:],
    "without the algorithm's NULL": b"\x00\x01"
    + b"\xff" * 204
    + b"\x00"
    + bytes.fromhex("302f300b0609608648016503040201")
    + b"\x04\x20"
    + DIGEST[-32:],
    "a length in the long form": b"\x00\x01"
    + PADDING[1:]
    + b"\x00"
    + bytes.fromhex("308131")
    + DIGEST[2:],
    "garbage behind the digest": b"\x00\x01" + PADDING[8:] + b"\x00" + DIGEST + b"\x00" * 8,
}


@pytest.mark.parametrize("inside", INSIDES.values(), ids=INSIDES)
def test_only_the_one_right_encoding_is_a_signature(inside: bytes) -> None:
    assert len(inside) == SIZE
    signature = signing(inside)
    assert OURS.verifies(signature, MESSAGE) == library_says(signature, MESSAGE)
    assert OURS.verifies(signature, MESSAGE) == (inside == INSIDES["right"])


RIGHT = signing(INSIDES["right"])
NUMBER = int.from_bytes(RIGHT)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(SIZE),
        (1).to_bytes(SIZE),
        (MODULUS - 1).to_bytes(SIZE),
        MODULUS.to_bytes(SIZE),
        b"\x00" + RIGHT,
        RIGHT + b"\x00",
        RIGHT[:-1],
        (NUMBER + MODULUS).to_bytes(SIZE + 1),
        (MODULUS - NUMBER).to_bytes(SIZE),
    ],
    ids=range(10),
)
def test_a_number_beside_it_is_no_signature(signature: bytes) -> None:
    assert not OURS.verifies(signature, MESSAGE)


@given(st.binary(min_size=SIZE, max_size=SIZE))
def test_no_other_bytes_are_a_signature(signature: bytes) -> None:
    assert OURS.verifies(signature, MESSAGE) == library_says(signature, MESSAGE)


def test_a_number_plus_the_modulus_is_refused_where_it_still_fits() -> None:
    """As numbers alone both are a signature; there must be one form of it."""
    messages = (f"{number}".encode() for number in range(1_000))
    signatures = (
        (message, KEY.private.sign(message, padding.PKCS1v15(), hashes.SHA256()))
        for message in messages
    )
    message, signature = next(
        (message, signature)
        for message, signature in signatures
        if int.from_bytes(signature) + MODULUS < 256**SIZE
    )
    assert OURS.verifies(signature, message)
    assert not OURS.verifies((int.from_bytes(signature) + MODULUS).to_bytes(SIZE), message)


def test_keys_for_something_else_are_passed_over() -> None:
    others = [
        {"kty": "EC", "crv": "P-256", "kid": "ec"},
        KEY.public | {"kid": "for encryption", "use": "enc"},
        KEY.public | {"kid": "for another algorithm", "alg": "PS256"},
        {"kty": "of-the-future"},
    ]
    assert list(key_set.parse(json.dumps({"keys": [*others, KEY.public]}))) == [KEY.kid]


def test_a_key_needs_to_say_neither_its_use_nor_its_algorithm() -> None:
    bare = {name: KEY.public[name] for name in ("kty", "kid", "n", "e")}
    assert key_set.parse(json.dumps({"keys": [bare]})) == {KEY.kid: OURS}
