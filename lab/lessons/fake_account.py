"""The emulator in the part of a real account: for looking at the way there, without one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from lab.core.target import Target

ACCOUNT = "111122223333"
"""A number from AWS's own examples. The emulator takes a key of 12 digits for the account's."""

NOT_OURS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")


@contextmanager
def account(target: Target) -> Iterator[str]:
    """Whoever asks AWS meanwhile is in that account, on the target's emulator; gives its number.

    No request leaves the machine, whatever credentials its user has.
    """
    before = dict(os.environ)
    for name in NOT_OURS:
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
