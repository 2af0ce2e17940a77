"""Refuses a tag of LocalStack's own image that does not start without a token.

The service `check` of docker-compose.stock.yml runs `python -m lab.emulator.stock_image`.
"""

from __future__ import annotations

import os
import sys

from packaging.version import InvalidVersion, Version

LAST_FREE = Version("4.14.0")
"""The last release that starts without a token, https://github.com/localstack/localstack."""


def refusal(tag: str, token: str) -> str | None:
    """Why the image of this tag cannot be used with this token, or None if it can."""
    if token or _is_free(tag):
        return None
    return (
        f"localstack/localstack:{tag} does not start without an auth token.\n"
        f"Leave LOCALSTACK_TAG out to have {LAST_FREE}, the last image that needs none, or set"
        " LOCALSTACK_AUTH_TOKEN, which you get at https://app.localstack.cloud."
    )


def _is_free(tag: str) -> bool:
    """Whether the tag names an old enough release; `latest` and `4` may be any release."""
    try:
        version = Version(tag.partition("-")[0])  # 4.14.0-arm64 is of the same release
    except InvalidVersion:
        return False
    return len(version.release) == len(LAST_FREE.release) and version <= LAST_FREE


if __name__ == "__main__":
    sys.exit(
        refusal(os.environ.get("LOCALSTACK_TAG", ""), os.environ.get("LOCALSTACK_AUTH_TOKEN", ""))
    )
