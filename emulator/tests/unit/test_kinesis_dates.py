"""Dates in CBOR, which SDKs for Java send to Kinesis: milliseconds, where CBOR has seconds."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: the patches stay.
PROGRAM = """
from localstack.aws.client import _patch_cbor2
from localstack_host.services.kinesis.patches import apply_patches

_patch_cbor2()
apply_patches()

from cbor2._decoder import loads
from cbor2._encoder import dumps

date = loads(bytes.fromhex("a16161c11b000001a22263fb19"))["a"]
print(date.isoformat(), loads(dumps([date], datetime_as_timestamp=True)) == [date])
"""


def test_a_date_of_kinesis_is_read_and_written() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert run.stdout.split() == ["2026-11-28T13:41:47.417000+00:00", "True"], run.stderr
