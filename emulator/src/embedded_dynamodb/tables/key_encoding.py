"""Keys as bytes that sort like their values.

A part of a key ends with two zero bytes, and a zero byte inside it is followed by 0xFF: so parts
can be put one after the other, and the whole sorts by the first part, then by the next.
"""

import zlib
from base64 import b64decode
from typing import Any

END = b"\0\0"
_SPREAD = 2654435761  # Knuth's multiplicative hash
_POSITIVE, _ZERO, _NEGATIVE = b"\x03", b"\x02", b"\x01"
# Of a number 0.d1d2… by ten to the power of e, e is between -129 and 126.
_EXPONENT_OFFSET = 129
_COMPLEMENT = bytes.maketrans(b"0123456789", b"9876543210")


def encode(value: dict[str, Any], kind: str) -> bytes:
    """One part of a key, ended."""
    return encode_open(value, kind) + END


def encode_open(value: dict[str, Any], kind: str) -> bytes:
    """One part of a key without its end: what begins with the value begins with this."""
    content = value[kind]
    if kind == "S":
        raw: bytes = content.encode()
    elif kind == "N":
        raw = _number(content)
    else:
        raw = b64decode(content)
    return raw.replace(b"\0", b"\0\xff") if 0 in raw else raw


def _number(text: str) -> bytes:
    """A canonical number: sign, exponent, digits; all turned around if it is negative."""
    negative = text[0] == "-"
    whole, _, fraction = text.lstrip("-").partition(".")
    whole = whole.lstrip("0")
    if whole:
        exponent, digits = len(whole), (whole + fraction).rstrip("0")
    else:
        digits = fraction.lstrip("0")
        exponent = len(digits) - len(fraction)
        digits = digits.rstrip("0")
    if not digits:
        return _ZERO
    place = exponent + _EXPONENT_OFFSET
    if negative:
        turned = digits.encode().translate(_COMPLEMENT)
        return _NEGATIVE + b"%02x" % (255 - place) + turned + b"\xff"
    return _POSITIVE + b"%02x" % place + digits.encode()


def spread(partition: bytes) -> bytes:
    """Four bytes that spread partitions evenly: a scan's segments are ranges of them."""
    return ((zlib.crc32(partition) * _SPREAD) & 0xFFFFFFFF).to_bytes(4, "big")


def partition_of(position: bytes, attributes: int) -> bytes:
    """What a position begins with: its partition, whose key has so many attributes."""
    end = 4
    for _ in range(attributes):
        end = position.index(END, end) + len(END)
    return position[:end]


def after(prefix: bytes) -> bytes:
    """The first key behind all that begin with `prefix`, which does not end with 0xFF bytes."""
    prefix = prefix.rstrip(b"\xff")
    return prefix[:-1] + bytes((prefix[-1] + 1,))
