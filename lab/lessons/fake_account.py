"""Lets the emulator act as a real AWS account, for `lab promote` without an account."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from lab.core.target import Target

ACCOUNT = "111122223333"
"""An account id of AWS's examples. The emulator uses a 12-digit access key as account id."""

UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")


@contextmanager
def account(target: Target) -> Iterator[str]:
    """Redirects AWS calls to this account on the target's emulator; yields the account id.

    No request leaves the machine, whatever credentials the user has.
    """
    before = dict(os.environ)
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ |= {
        "AWS_ENDPOINT_URL": target.endpoint or "",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "nothing",
    }
    try:
        yield ACCOUNT
    finally:
        os.environ.clear()
        os.environ.update(before)
