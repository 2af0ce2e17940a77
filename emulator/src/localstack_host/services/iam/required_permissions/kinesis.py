"""Kinesis: the stream of GetRecords is in the iterator, if the request does not name it.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
"""

from __future__ import annotations

from base64 import b64decode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from localstack_host.services.iam.required_permissions.permission import (
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)

# What kinesis-mock encrypts iterators with, as Kinesalite did before; it is the same everywhere.
KEY = bytes.fromhex("1133a5a833666b49abf28c8ba302930f0b2fb240dccd43cf4dfbc0ca91f17751")
VECTOR = bytes.fromhex("7bf139dbabbea2d9995d6fcae1dff7da")
VERSION_BYTES = 8


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the stream of an iterator; None if the general rule applies."""
    if operation != "GetRecords" or params.get("StreamARN"):
        return None
    stream = place.named("kinesis", "stream/", _stream_of(params["ShardIterator"]))
    return [Permission("kinesis:GetRecords", stream)]


def _stream_of(iterator: str) -> str:
    """The name of the stream: the iterator has the time, the stream, the shard and a number."""
    try:
        encrypted = b64decode(iterator)[VERSION_BYTES:]
        decryptor = Cipher(AES(KEY), CBC(VECTOR)).decryptor()
        text = decryptor.update(encrypted) + decryptor.finalize()
        _time, stream, *_ = text.decode().split("/")
    except ValueError as error:
        raise NotUnderstood("the iterator of kinesis:GetRecords is none") from error
    return stream
